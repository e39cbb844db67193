"""Start, reach, stop and kill a local Functions host in tests, as whoever uses it would."""

import json
import os
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx

from local.processes import ROOT, Child, free_port

APPS = Path(__file__).parent / "apps"
PYTHON = ROOT / ".venv" / "bin" / "python"


def eventually[T](look: Callable[[], T], *, within: float = 15.0) -> T:
    """The first true value that `look` gives, tried every 20 ms."""
    deadline = time.monotonic() + within
    while time.monotonic() < deadline:
        if found := look():
            return found
        time.sleep(0.02)
    raise AssertionError(f"not true within {within} s; last value {look()!r}")


class RunningHost:
    """One host of an app in tests/local/apps, its data in `data`."""

    def __init__(self, app: str, data: Path, settings: Mapping[str, str]) -> None:
        self._app, self.data = app, data
        self._settings = dict(settings)
        self.notes = data / "notes"
        self.url = ""
        self.child: Child

    def start(self, **settings: str) -> None:
        """Start (again), with more settings if given."""
        self._settings |= settings
        port = free_port()
        command = [str(PYTHON), "-m", "local.host", "--app", str(APPS / self._app), "--port", str(port)]
        command += ["--data", str(self.data)]
        env = {"PATH": os.environ["PATH"], "NOTES": str(self.notes), **self._settings}
        self.child = Child("host", command, env=env, log=self.data / "host.log", cwd=ROOT).start()
        self.url = f"http://127.0.0.1:{port}"
        self.child.wait_until(f"{self.url}/admin/host/status")

    @property
    def keys(self) -> Any:
        """What keys.json holds."""
        return json.loads((self.data / "keys.json").read_text())

    @property
    def log(self) -> str:
        """All that the host has logged."""
        return self.child.log.read_text()

    def noted(self) -> list[Any]:
        """The notes that the app's functions left: JSON or plain lines."""
        lines = self.notes.read_text().splitlines() if self.notes.exists() else []
        return [json.loads(line) if line.startswith("{") else line for line in lines]

    def call(self, method: str, path: str, *, key: str | None = "masterKey", **more: Any) -> httpx.Response:
        """A request; `path` may be a full URL. `key` is a name in keys.json (the host key: "default"), None sends none."""
        headers = dict(more.pop("headers", {}))
        if key is not None:
            keys = self.keys
            headers["x-functions-key"] = keys["functionKeys"]["default"] if key == "default" else keys[key]
        url = path if path.startswith("http") else self.url + path
        return httpx.request(method, url, headers=headers, timeout=20, trust_env=False, **more)

    def begin(self, orchestrator: str, given: Any = None) -> dict[str, str]:
        """Start an orchestration through the app's own function; returns its management links."""
        answer = self.call("POST", f"/api/start/{orchestrator}", key="default", json=given)
        assert answer.status_code == 202, answer.text
        links: dict[str, str] = answer.json()
        return links

    def status(self, links: Mapping[str, str], **query: str) -> Any:
        """The present status of an orchestration, at this process's address."""
        path = f"/runtime/webhooks/durabletask/instances/{links['id']}"
        return self.call("GET", path, params=query).json()

    def ended(self, links: Mapping[str, str], *, within: float = 15.0) -> Any:
        """The status of an orchestration once it has ended."""
        over = {"Completed", "Failed", "Terminated"}
        return eventually(lambda: it if (it := self.status(links))["runtimeStatus"] in over else None, within=within)


@contextmanager
def running_host(app: str, data: Path, **settings: str) -> Iterator[RunningHost]:
    """A host that is stopped at the end, whatever happens."""
    host = RunningHost(app, data, settings)
    host.start()
    try:
        yield host
    finally:
        host.child.stop()
