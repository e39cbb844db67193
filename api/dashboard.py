"""Doors to the dashboard: its two pages and the files that they need.

The pages are the same for everybody and hold nothing about any run, so these doors are open. What a page shows it asks from the
doors for data, which want a key or a person who is signed in. Never here: data.
"""

import hashlib
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import azure.durable_functions as df
import azure.functions as func

from api.fresh import knows
from api.problems import Problem, door
from api.signed_in import people_sign_in

WEB = Path(__file__).resolve().parent.parent / "web"
KINDS = {
    ".css": "text/css",
    ".html": "text/html",
    ".js": "text/javascript",
    ".svg": "image/svg+xml",
    ".txt": "text/plain",
}
"""Media types of the files that are served; a file of another kind is not."""
FRAME = WEB / "frame.html"
PAGES = {
    "run.html": {"title": "Run", "script": "run.js", "skip": "runbook"},
    "runs.html": {"title": "Migrations", "script": "runs.js", "skip": "list"},
}
"""What the frame around each page says: its title, its script, and the id of what the keyboard may skip to."""
HEADERS = {
    "Content-Security-Policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; "
        "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    ),
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cache-Control": "no-cache",
}
"""Of every answer: only the app's own files, nothing inline, in no frame; asked again each time, and answered with 304."""

bp = df.Blueprint()


@dataclass(frozen=True)
class File:
    """A file as it is sent."""

    body: bytes
    kind: str
    etag: str


@bp.route(route="dashboard", methods=["GET"], auth_level=func.AuthLevel.ANONYMOUS)
@door
def list_page(req: func.HttpRequest) -> func.HttpResponse:
    """The page with the list of runs."""
    return _send(req, "runs.html")


@bp.route(route="dashboard/{run}", methods=["GET"], auth_level=func.AuthLevel.ANONYMOUS)
@door
def run_page(req: func.HttpRequest) -> func.HttpResponse:
    """The page of a run; it finds in its own address which."""
    return _send(req, "run.html")


@bp.route(route="dashboard/assets/{file}", methods=["GET"], auth_level=func.AuthLevel.ANONYMOUS)
@door
def asset(req: func.HttpRequest) -> func.HttpResponse:
    """A script, a style sheet or a picture of the pages."""
    return _send(req, req.route_params["file"])


def _send(req: func.HttpRequest, name: str) -> func.HttpResponse:
    found = files().get(name)
    if found is None:
        raise Problem(404, "File unknown", f"The dashboard has no file {name[:80]!r}.", "Load the page again.")
    headers = {**HEADERS, "ETag": found.etag}
    if knows(req, found.etag):
        return func.HttpResponse(status_code=304, headers=headers)
    return func.HttpResponse(found.body, mimetype=found.kind, charset="utf-8", headers=headers)


@cache
def files() -> dict[str, File]:
    """All files by name, read once: only what lies there can be asked for, whatever a path says."""
    paths = [path for folder in (WEB, WEB / "vendor") for path in folder.iterdir() if path.suffix in KINDS and path != FRAME]
    return {path.name: _file(path) for path in paths}


def _file(path: Path) -> File:
    body = path.read_bytes()
    if path.name in PAGES:
        text = FRAME.read_text()
        said = PAGES[path.name] | {"sign-in": "app-service" if people_sign_in() else "key", "content": body.decode()}
        for name, value in said.items():
            text = text.replace(f"{{{name}}}", value)
        body = text.encode()
    return File(body, KINDS[path.suffix], f'"{hashlib.sha256(body).hexdigest()[:32]}"')
