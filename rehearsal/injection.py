"""One thing that is broken on purpose: which calls of the ports it meets, and what happens to them.

Lives here: the model, and whether a call is met. Never here: breaking it (faults.py).
"""

from fnmatch import fnmatchcase
from typing import Annotated, Any, Literal

from pydantic import Field, model_validator

from plan.fields import Part

CHANGES = frozenset(
    {
        "apply", "begin", "bind_domain", "change", "change_settings", "clear_target", "copy", "deploy", "detach", "forget",
        "prepare", "publish", "remove", "restore", "set_concurrency", "set_enabled", "set_weight", "start", "stop",
        "sync_triggers", "to_maintenance", "to_source", "to_target", "unbind_domain", "write_back",
    }
)  # fmt: skip
"""Methods of ports that change something; `web.ask` does so unless it is a GET or a HEAD."""
_LOOKS = ("GET", "HEAD")
Phase = Literal["do", "undo", "act"]
Code = Literal["not-found", "denied", "throttled", "unreachable", "conflict", "invalid", "unexpected"]


def is_change(method: str, given: tuple[Any, ...]) -> bool:
    """Whether a call with these arguments changes something."""
    return method in CHANGES or (method == "ask" and bool(given) and given[0] not in _LOOKS)


Call = Annotated[str, Field(pattern=r"^[a-z_]+\.[a-z_]+$")]
"""A port and its method."""


class Look(Part):
    """What somebody else reads before he changes something."""

    call: Call
    given: list[Any] = []
    """Its arguments."""
    field: str
    """Of each record that was read."""


class Deed(Part):
    """A change that somebody else makes by hand; it is real, and passes no fault."""

    call: Call
    given: list[Any] = []
    """Its arguments."""
    each: Look | None = None
    """Done once for each record that this look finds, with the record's field as the first argument."""


class Injection(Part):
    """A fault.

    It is addressed by the step that is rehearsed (or `step`), by calls, and by which of them: from the `nth` on, `times` times.
    """

    calls: Annotated[list[str], Field(min_length=1)]
    """`port.method` with `*` for any; `change` for all that change something, `look` for all others."""
    kind: Literal["refuse", "lost-answer", "time-out", "answer", "meddle"]
    """refuse: an error before the call acts; lost-answer: it acts, and its caller gets an error; time-out: it does not act,
    and the error comes late; answer: it acts, and answers something else; meddle: it acts and answers truly, and somebody else
    changes something by hand."""
    code: Code = "unexpected"
    """Code of the error."""
    nth: Annotated[int, Field(ge=1)] = 1
    """The first call that is met, counted over all tries of a line of the runbook."""
    times: Annotated[int, Field(ge=1)] | None = None
    """How many calls are met; all from the nth on, unless given."""
    seconds: Annotated[float, Field(ge=0, le=60)] = 0.0
    """How late the error of a time-out comes."""
    value: Any = None
    """`answer`: what is answered in place of the truth; for a record, the fields that differ. Not given: just the contrary."""
    deeds: list[Deed] = []
    """`meddle`: what is changed by hand."""
    when: Literal["before", "after"] = "after"
    """`meddle`: whether that is done before the call acts, or after it."""
    after_change: bool = False
    """Only once a change of the line has come through, so that what it read at first, to restore it, is true."""
    phase: Phase = "do"
    """On the way forward, on the way back, or in an act between steps."""
    step: str | None = None
    """Another step than the one that is rehearsed."""

    def meets(self, port: str, method: str, given: tuple[Any, ...]) -> bool:
        """Whether a call is one of those."""
        named = {f"{port}.{method}", "change" if is_change(method, given) else "look"}
        return any(fnmatchcase(name, pattern) for name in named for pattern in self.calls)

    @model_validator(mode="after")
    def _meddles_with_something(self) -> "Injection":
        if (self.kind == "meddle") != bool(self.deeds):
            raise ValueError("'meddle' has deeds, and nothing else has")
        return self
