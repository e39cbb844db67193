"""A stand-in for Teams: takes cards as a Workflows webhook, keeps and shows them, sends messages as an outgoing webhook.

Lives here: what Teams does towards an agent. Never here: what an agent makes of it. Nothing leaves this machine. Differences
from Teams: cards are shown as plain text and buttons, nobody signs in, and whoever writes a message chooses the name.
"""

import argparse
import asyncio
import base64
import hmac
import html
import json
import logging
import secrets
import signal
import uuid
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

import httpx
from aiohttp import web

from local.teams_page import page

Json = dict[str, Any]
CARD = "application/vnd.microsoft.card.adaptive"
LARGEST = 28 * 1024  # bytes of a message that Teams takes
PATIENCE = 5.0  # seconds that Teams waits for an answer
KEPT = 500


@dataclass
class Channel:
    """What was posted, newest last, and who may write.

    Args:
        agent: base URL of the agent whose outgoing webhook is called.
        token: the webhook's security token, in base64 as Teams shows it.
        secret: what the `sig` of the Workflows address must be.
        people: object ids of Entra ID by name.
    """

    agent: str
    token: str
    secret: str
    people: dict[str, str]
    posts: list[Json] = field(default_factory=list)

    async def take_card(self, request: web.Request) -> web.Response:
        """As a Workflows webhook: 202 for a message with an Adaptive Card; 401 without the `sig`; 400, 413 for the rest."""
        if not hmac.compare_digest(request.query.get("sig", "").encode(), self.secret.encode()):
            return web.json_response({"error": {"code": "DirectApiAuthorizationRequired"}}, status=401)
        body = await request.read()
        if len(body) > LARGEST:
            return web.json_response({"error": {"code": "RequestEntityTooLarge"}}, status=413)
        try:
            cards = [one["content"] for one in json.loads(body)["attachments"] if one["contentType"] == CARD]
            fine = cards and all(card["type"] == "AdaptiveCard" and isinstance(card["body"], list) for card in cards)
        except (ValueError, KeyError, TypeError):
            fine = False
        if not fine:
            return web.json_response({"error": {"code": "TriggerInputSchemaMismatch"}}, status=400)
        for card in cards:
            self._keep("card", card)
        return web.Response(status=202)

    async def take_event(self, request: web.Request) -> web.Response:
        """As any receiver of CloudEvents."""
        event = await request.json()
        self._keep("event", event | {"signature": request.headers.get("dayzero-signature", "")})
        return web.Response(status=202)

    async def say(self, request: web.Request) -> web.Response:
        """Send a message as Teams does, and keep it with its answer. A form: `name`, `text`."""
        form = await request.post()
        name, text = str(form.get("name", "")), str(form.get("text", ""))
        if request.headers.get("sec-fetch-site", "none") not in {"none", "same-origin"}:
            return web.Response(status=403)
        answer = await self.send(name, text)
        if "application/json" in request.headers.get("accept", ""):
            return web.json_response(answer)
        raise web.HTTPSeeOther("/")

    async def send(self, name: str, text: str) -> Json:
        """Post the activity with its HMAC; what the agent answered, or that it did not in time."""
        sender = {
            "id": f"29:{name}",
            "name": name,
            "aadObjectId": self.people.get(name, str(uuid.uuid5(uuid.NAMESPACE_DNS, name))),
        }
        moment = datetime.now(UTC).isoformat().replace("+00:00", "Z")
        said = f"<at>dayzero</at> {html.escape(text, quote=False)}"
        activity = {"type": "message", "id": secrets.token_hex(8), "timestamp": moment, "channelId": "msteams", "text": said}
        body = json.dumps(activity | {"from": sender}).encode()
        signed = base64.b64encode(hmac.digest(base64.b64decode(self.token), body, "sha256")).decode()
        headers = {"authorization": f"HMAC {signed}", "content-type": "application/json; charset=utf-8"}
        try:
            async with httpx.AsyncClient(timeout=PATIENCE, trust_env=False) as client:
                answer = await client.post(f"{self.agent}/api/teams/messages", content=body, headers=headers)
            told = {"status": answer.status_code, "text": str(answer.json().get("text") or answer.json().get("detail", ""))}
        except (httpx.HTTPError, ValueError, AttributeError) as error:
            told = {"status": 0, "text": f"Sorry, there was a problem encountered with your request ({type(error).__name__})."}
        self._keep("message", {"name": name, "text": text, "answer": told})
        return told

    async def show(self, _request: web.Request) -> web.Response:
        """Everything as a page."""
        headers = {"Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'; form-action 'self'"}
        return web.Response(text=page(self.posts, sorted(self.people)), content_type="text/html", headers=headers)

    async def listed(self, _request: web.Request) -> web.Response:
        """Everything as JSON, oldest first: `kind` (card, event, message), `at`, `post`."""
        return web.json_response(self.posts)

    def _keep(self, kind: str, post: Json) -> None:
        self.posts.append({"kind": kind, "at": datetime.now(UTC).isoformat(timespec="seconds"), "post": post})
        del self.posts[:-KEPT]


async def serve(told: argparse.Namespace) -> None:
    """Serve on 127.0.0.1 until SIGTERM or SIGINT."""
    channel = Channel(told.agent.rstrip("/"), told.token, told.secret, dict(told.person))
    app = web.Application(client_max_size=1024 * 1024)
    app.router.add_post("/workflows/{name}", channel.take_card)
    app.router.add_post("/events", channel.take_event)
    app.router.add_post("/say", channel.say)
    app.router.add_get("/posts", channel.listed)
    app.router.add_get("/", channel.show)
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=2.0)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", told.listen).start()
    ended = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, ended.set)
    await ended.wait()
    await runner.cleanup()


def _person(text: str) -> tuple[str, str]:
    name, equals, object_id = text.rpartition("=")
    if not (name and equals and object_id):
        raise argparse.ArgumentTypeError(f"{text!r} is not NAME=OBJECT_ID")
    return name, object_id


def main() -> None:
    """Read the command line and serve; the token and the secret are shown by nobody."""
    parser = argparse.ArgumentParser(prog="python -m local.teams", description=__doc__)
    parser.add_argument("--listen", type=int, required=True, metavar="PORT")
    parser.add_argument("--agent", required=True, metavar="URL", help="base URL of the agent")
    parser.add_argument("--token", required=True, metavar="BASE64", help="security token, as in the agent's DAYZERO_TEAMS_KEYS")
    parser.add_argument("--secret", default="", help="what `sig` of the Workflows address must be")
    parser.add_argument("--person", type=_person, action="append", default=[], metavar="NAME=OBJECT_ID")
    logging.basicConfig(level=logging.WARNING, format="%(asctime)s %(levelname)s %(message)s")
    asyncio.run(serve(parser.parse_args()))


if __name__ == "__main__":
    main()
