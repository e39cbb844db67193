"""What goes wrong in a demo on purpose, once the migration is far enough: a sick Azure, or a person who aborts.

Lives here: when, and taking it back. Never here: what a fault does (azure/faults.py). Places are a weight such as `25`, reached
once clients were shifted there, or a rung of the ladder such as `live`.
"""

import ssl
import threading
import time
from typing import Any, Self

import httpx

from local.stage import Stage

Status = dict[str, Any]
LOOK_SECONDS = 0.2


def reached(status: Status, place: str) -> bool:
    """Whether the run has brought its clients, or its state, to that place."""
    told = [line["arguments"] for line in status["steps"] if line["state"] == "done" and line["arguments"]]
    return any(place in {str(words.get("weight")), str(words.get("rung"))} for words in told)


class Interference:
    """Watches a run on a thread of its own; use it in a `with` block.

    Args:
        ready: the stage.
        run: id of the run.
        fault: `errors` or `latency` of the target, or empty.
        abort: whether a person aborts.
        place: where that happens.
    """

    def __init__(self, ready: Stage, run: str, *, fault: str = "", abort: bool = False, place: str = "25") -> None:
        self._ready, self._run, self._fault, self._abort, self._place = ready, run, fault, abort, place
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._watch, name="interference", daemon=True)
        self.windows: list[dict[str, float]] = []
        """Epoch seconds between which requests may fail: while the fault lasted."""

    def __enter__(self) -> Self:
        if self._fault or self._abort:
            self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._over.set()
        if self._thread.is_alive():
            self._thread.join()

    def _watch(self) -> None:
        with self._ready.doors() as doors:
            if not self._until(doors, lambda status: reached(status, self._place)):
                return
            if self._abort:
                asked = {"by": "Lena Lead", "reason": f"not beyond {self._place}"}
                doors.post(f"migrations/{self._run}/abort", json=asked).raise_for_status()
                return
            began = time.time()
            self._set(self._fault)
            self._until(doors, lambda status: status["weight"] == 0)
            self._set("none")
            self.windows.append({"closed": began, "opened": time.time()})

    def _until(self, doors: httpx.Client, true: Any) -> bool:
        while not self._over.wait(LOOK_SECONDS):
            answer = doors.get(f"migrations/{self._run}")
            if answer.status_code == httpx.codes.OK and true(answer.json()):
                return True
        return False

    def _set(self, kind: str) -> None:
        endpoints = self._ready.environment.endpoints
        url = f"{endpoints.arm}/_standin/sites/orders-func/fault"
        httpx.put(
            url, json={"kind": kind}, verify=ssl.create_default_context(cafile=endpoints.ca_bundle), trust_env=False
        ).raise_for_status()
