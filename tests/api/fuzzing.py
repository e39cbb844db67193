"""What the doors are fuzzed with: generated requests, led now and then to what is there, and opened as each door wants.

Lives here: leading and opening. Never here: what an answer must be.
"""

import base64
import json
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import unquote, urlsplit

from hypothesis import strategies as st
from schemathesis import APIOperation, Case, GenerationMode

from approvals.keys import Keys
from approvals.links import new_link, seal
from approvals.signatures import HEADER, signature
from ledger.ledger import Ledger
from ledger.runs import Run
from tests.plan.plans import data
from tests.web.stories import Story

Json = dict[str, Any]
KEYS = Keys({"k1": b"f" * 32})
SETTING = f"k1:{base64.b64encode(b'f' * 32).decode()}"
LENA_ID = "5b1d6a3e-6c0c-4d5e-9a44-0f3f2b9c7a10"
ODD: list[Any] = [None, True, 0, -1, 10**30, 1.5e308, "", "\x00", "ä" * 600, "${X}", "2h", [], {}, [[]], {"": None}]
DECISIONS = ("approve", "reject")
GATES = ["open-window", "cutover", "finalize"]
SIGNED_IN = "/signed-in/"


def runs(ledger: Ledger) -> list[Run]:
    """Runs in every state, one at a bake and one at each of two gates among them."""
    stories = [Story(ledger, LENA_ID) for _ in range(6)]
    stories[0].waits("open-window")
    stories[1].waits("cutover")
    stories[2].works("bake")
    for story, state in zip(stories[3:], ("needs-operator", "failed-back", "migrated"), strict=True):
        story.change(state=state, ended=datetime.now(UTC).isoformat())
    return [ledger.runs.get(story.name) for story in stories]


def plans() -> st.SearchStrategy[Any]:
    """The sample's plan, whole, with one value made odd or taken away, or something that is no plan."""
    return st.one_of(
        st.builds(data), st.builds(_bent, st.randoms(use_true_random=False), st.sampled_from(ODD)), st.sampled_from(ODD)
    )


def _bent(chance: Any, odd: Any) -> Json:
    plan: Json = data()
    node: Any = plan
    while True:
        places = list(node) if isinstance(node, dict) else list(range(len(node)))
        place = chance.choice(places)
        if isinstance(node[place], dict | list) and node[place] and chance.random() < 0.8:
            node = node[place]
            continue
        if chance.random() < 0.2:
            del node[place]
        else:
            node[place] = odd
        return plan


@st.composite
def cases(draw: st.DrawFn, operation: APIOperation[Any, Any, Any, Any], known: list[Run]) -> Case[Any]:
    """A request to the door; about half of them name runs, gates, links, hashes and people that are there."""
    bare = not operation.body and not operation.query and not operation.headers and not operation.path_parameters
    modes = [GenerationMode.POSITIVE] if bare else [GenerationMode.POSITIVE, GenerationMode.NEGATIVE]
    case = draw(operation.as_strategy(generation_mode=draw(st.sampled_from(modes))))
    run = draw(st.sampled_from(known))
    link = new_link(
        run.run, draw(st.sampled_from(GATES)), run.runbook_hash, "Lena Lead", timedelta(hours=1), ("approve", "reject")
    )
    there: Json = {"run": run.run, "gate": link.gate, "name": draw(st.sampled_from([*GATES, "pause", "note"]))}
    there |= {"token": seal(KEYS, link), "file": "run.js", "workload": run.workload}
    for place in (case.path_parameters, case.query):
        if isinstance(place, dict):
            place.update({name: value for name, value in there.items() if name in place and draw(st.booleans())})
    if isinstance(case.body, dict):
        right: Json = {
            "by": "Lena Lead",
            "runbook_hash": run.runbook_hash,
            "decision": draw(st.sampled_from(DECISIONS)),
        }
        case.body.update({name: value for name, value in right.items() if name in case.body and draw(st.booleans())})
        if "plan" in case.body:
            case.body["plan"] = draw(plans())
        if "/teams/" in operation.path and draw(st.booleans()):
            case.body.update(_message(draw, run))
    return case


def _message(draw: st.DrawFn, run: Run) -> Json:
    """As Teams writes it, with a text that may mean something."""
    words = st.sampled_from(
        ["status", "approve", "reject", "abort", "pause", run.run, "cutover", "because", "\x00", "<at>x</at>"]
    )
    text = " ".join(draw(st.lists(words, max_size=5)))
    sender = {"id": "29:1", "name": "Lena Lead", "aadObjectId": LENA_ID}
    sent = {"id": draw(st.uuids()).hex, "timestamp": datetime.now(UTC).isoformat()}
    return {"type": "message", "text": f"<at>dayzero</at> {text}", "from": sender, **sent}


def opened(key: str, door: str) -> Any:
    """What opens the door: called with the request as it will be sent, it adds the header."""

    def open_it(request: Any) -> Any:
        body = request.body.encode() if isinstance(request.body, str) else request.body or b""
        path = urlsplit(request.url).path
        if "/events/" in door:
            about = "/".join(unquote(part) for part in path.split("/")[-2:])
            request.headers[HEADER] = signature(KEYS, about, body)
        elif "/teams/" in door:
            request.headers["Authorization"] = f"HMAC {base64.b64encode(KEYS.sign('k1', body)).decode()}"
        elif SIGNED_IN in door or "/decide/{run}" in door:
            claims = [{"typ": "http://schemas.microsoft.com/identity/claims/objectidentifier", "val": LENA_ID}]
            request.headers["X-MS-CLIENT-PRINCIPAL"] = base64.b64encode(json.dumps({"claims": claims}).encode()).decode()
        else:
            request.headers["x-functions-key"] = key
        return request

    return open_it
