"""A run as plain lines, one for each thing that changed: for logs and pipes.

Lives here: what counts as a change. Never here: fetching the status.
"""

from typing import Any

from cli.words import amount, span

_PORTIONS = 10
"""A step's progress is told each time it has passed another tenth."""


class Changes:
    """Compares each status with the one before."""

    def __init__(self) -> None:
        self._known: dict[object, str] = {}

    def lines(self, status: dict[str, Any]) -> list[str]:
        """What is new since the last call; everything that is not still to come at the first."""
        told: list[str] = []
        for step in status.get("steps") or []:
            told += self._step(step)
        told += self._new("run", f"run {status.get('run')}: {status.get('state')}", status.get("phase"))
        told += self._new("weight", f"{status.get('weight') or 0} % of clients on Azure", "")
        if (window := status.get("window")) and (window.get("used_percent") or 0) >= 80:
            told += self._new("window", f"{'100' if window['used_percent'] >= 100 else '80'} % of the window is used", "")
        if waiting := status.get("waiting_for"):
            people = waiting.get("missing") or waiting.get("approvers")
            who = f"by {', '.join(people)}" if people else ""
            how = f"dayzero approve {status.get('run')} {waiting['gate']}" if waiting.get("gate") else ""
            told += self._new("waiting", f"waiting for {waiting.get('what')}", ", ".join(word for word in (who, how) if word))
        else:
            self._known.pop("waiting", None)
        for left in status.get("leftovers") or []:
            told += self._new(
                ("left", left.get("step")), f"left over: {left.get('step')}", (left.get("error") or {}).get("message")
            )
        return told

    def _step(self, step: dict[str, Any]) -> list[str]:
        state, name = step.get("state"), f"step {step.get('seq')} {step.get('name')}"
        if state == "planned":
            return []
        told = self._new((name, "state"), f"{name}: {state}", self._outcome(step))
        if state in ("running", "waiting"):
            if step.get("waiting_for"):
                told += self._new((name, "waits"), f"{name}: waits for {step['waiting_for']}", "")
            progress = step.get("progress") or {}
            if progress.get("total"):
                portion = _PORTIONS * (progress.get("done") or 0) // progress["total"]
                if self._known.get((name, "portion")) != str(portion):
                    self._known[(name, "portion")] = str(portion)
                    told.append(f"{name}: {amount(progress)}")
        return told

    def _outcome(self, step: dict[str, Any]) -> str:
        if error := step.get("error"):
            return " ".join(str(word) for word in (f"{error.get('code')}:", error.get("message"), error.get("mend")) if word)
        return (
            f"in {span(step['seconds'])}"
            if step.get("seconds") is not None and step.get("state") not in ("running", "waiting")
            else ""
        )

    def _new(self, about: object, line: str, more: object) -> list[str]:
        """The line if it differs from the last one about the same thing."""
        full = f"{line} ({more})" if more else line
        if self._known.get(about) == full:
            return []
        self._known[about] = full
        return [full]
