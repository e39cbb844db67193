"""The step that proves that both sides answer alike, before any client moves."""

import time
from datetime import timedelta
from typing import Any
from urllib.parse import quote

from activities import parity, probing, schedules, sides
from activities.step import Done, Failed, Step, Verdict, Work
from adapters.errors import AdapterError
from adapters.records import Answer, Json, Progress
from plan.parity import MirroredRequest, Sample

_PART = "requests"
_LOOKS = 3
"""A difference counts when it is there each time: clients may change a row between two requests."""
_EXAMPLES = 10
_LINES = 8


class CheckParity(Step):
    """Send the plan's safe requests to AWS, to Azure and to AWS again, and compare the answers."""

    owner = "qa"
    instruction = (
        "Ask AWS and {app} the requests of checks.parity; compare status, headers that matter and bodies, but for what "
        "differs between two answers of AWS itself."
    )
    expected = "Both sides answer alike; schedules fire alike; a canary goes through both, if the plan has one."
    validation = "Answers are compared place by place; what differs is shown by place, type and length."
    rollback = "Nothing to restore: the requests change nothing, unless the plan says that they may."
    estimate = timedelta(minutes=3)

    def do(self, work: Work, before: Json) -> Json:
        """The events first: what goes through queues and schedules."""
        return {"events": [*_schedules(work), *(_canaries(work) if work.plan.checks.parity.canary else [])]}

    def parts(self, work: Work, before: Json) -> list[str]:
        """One part: both sides are spared by one rate."""
        wanted = work.plan.checks.parity
        return [_PART] if wanted.requests or wanted.samples else []

    def do_part(self, work: Work, part: str, token: Json | None, seconds: float) -> Progress:
        """Compare requests for that long."""
        deadline, pace = time.monotonic() + seconds, _Pace(work.plan.checks.parity.rate)
        state = token or {"left": _requests(work, pace), "found": dict(_NOTHING)}
        left, found = list(state["left"]), dict(state["found"])
        compared = 0
        while left and time.monotonic() < deadline:
            _note(found, left[0], *_compared(work, MirroredRequest.model_validate(left[0]), pace))
            left.pop(0)
            compared += 1
        return Progress(compared, 0, {"left": left, "found": found} if left else None, note=found)

    def verify(self, work: Work, before: Json) -> Verdict:
        """Not more differences than the plan allows."""
        found = work.parts[_PART]["note"] if _PART in work.parts else dict(_NOTHING)
        wrong = [event for event in work.did["events"] if event["different"]]
        if wrong:
            what = "; ".join(f"{event['event']}: {event['different']}" for event in wrong)
            return Failed(what, "Mend the app on Azure, or the plan; no client was there.", "parity")
        if found["different"] > work.plan.checks.parity.allow:
            shown = "; ".join(f"{it['request']}: {', '.join(it['differences'])}" for it in found["examples"])
            what = f"{found['different']} of {found['compared']} requests were answered differently (AWS -> Azure): {shown}"
            return Failed(what, "Mend the app on Azure, or name what may differ under checks.parity.ignore.", "parity")
        return Done(found)


_NOTHING: Json = {"compared": 0, "different": 0, "noise_paths": [], "examples": []}


class _Pace:
    """Not more requests than the plan's rate."""

    def __init__(self, rate: float) -> None:
        self._gap, self._next = 1.0 / rate, 0.0

    def wait(self) -> None:
        time.sleep(max(0.0, self._next - time.monotonic()))
        self._next = time.monotonic() + self._gap


def _compared(work: Work, request: MirroredRequest, pace: _Pace) -> tuple[list[str], set[str]]:
    """What differs each time that it is looked at, and the places that are noise."""
    wanted, head = work.plan.checks.parity, request.method == "HEAD"
    lines, noisy = list[str](), set[parity.Place]()
    old, new = sides.source_url(work), sides.target_url(work)
    for _ in range(_LOOKS):
        answers = [_asked(work, base, request, pace) for base in (old, new, old)]
        first, other, second = (
            parity.document(answer, wanted.headers, base, head=head)
            for answer, base in zip(answers, (old, new, old), strict=True)
        )
        noisy |= parity.noise(first, second)
        found = [it for it in parity.differences(second, other) if not parity.ignored(it[0], noisy, wanted.ignore)]
        lines = _silent(answers) or [parity.told(it, show=wanted.show) for it in found]
        if not lines:
            break
    return lines, {parity.said(place, any_item=True) for place in noisy}


def _silent(answers: list[Answer]) -> list[str]:
    """Answers that prove nothing: none at all, an error of both sides, or AWS now so, now so."""
    first, other, second = answers
    if 0 in {first.status, second.status}:
        return [f"AWS does not answer ({first.error or second.error})"]
    if other.status == 0:
        return [f"Azure does not answer ({other.error})"]
    if first.status != second.status:
        return [f"AWS answers now {first.status}, now {second.status}"]
    return [f"both sides fail with {other.status}"] if first.status == other.status >= 500 else []


def _asked(work: Work, base: str, request: MirroredRequest, pace: _Pace) -> Answer:
    pace.wait()
    path, headers = probing.filled(request.path, work.run), probing.filled(request.headers, work.run)
    return work.world.web.ask(request.method, base + path, probing.filled(request.body, work.run), headers)


def _requests(work: Work, pace: _Pace) -> list[Json]:
    """The plan's requests, and those for the rows that are sampled."""
    wanted = work.plan.checks.parity
    sampled = [MirroredRequest(path=path) for sample in wanted.samples for path in _sampled(work, sample, pace)]
    return [request.model_dump(mode="json") for request in (*wanted.requests, *sampled)]


def _sampled(work: Work, sample: Sample, pace: _Pace) -> list[str]:
    answer = _asked(work, sides.source_url(work), MirroredRequest(path=sample.path), pace)
    items: Any = answer.body
    for name in filter(None, sample.items.split(".")):
        items = items.get(name) if isinstance(items, dict) else None
    if not isinstance(items, list):
        what = f"{sample.path} was answered with {answer.status} and no list under {sample.items!r} {answer.error}".rstrip()
        raise AdapterError("invalid", what, "Correct path and items of the sample in checks.parity.")
    ids = [item.get(sample.id) if isinstance(item, dict) and sample.id else item for item in items]
    known = [quote(str(one), safe="") for one in ids if isinstance(one, str | int)]
    step = max(1.0, len(known) / sample.count)
    spread = [known[int(place * step)] for place in range(min(sample.count, len(known)))]
    return [sample.each.replace("{id}", one) for one in spread]


def _note(found: Json, request: Json, lines: list[str], noisy: set[str]) -> None:
    found["compared"] += 1
    found["noise_paths"] = sorted({*found["noise_paths"], *noisy})[:50]
    if lines:
        found["different"] += 1
        example = {"request": f"{request['method']} {request['path']}", "differences": lines[:_LINES]}
        found["examples"] = [*found["examples"], example][:_EXAMPLES]


def _schedules(work: Work) -> list[Json]:
    """The events of schedules: the next firings of both sides."""
    told = []
    for rule, ncrontab in schedules.timers(work.plan).items():
        found = schedules.compared(rule, work.world.schedules.snapshot(rule)["expression"], ncrontab, work.now)
        told.append({"event": f"schedule {rule}", "different": found.message if isinstance(found, Failed) else ""})
    return told


def _canaries(work: Work) -> list[Json]:
    """The events of queues: the plan's canary goes through both sides, one after the other, and is removed each time.

    It is removed before, too: one that a try left which was cut short would be in the way.
    """
    checks, told = work.plan.checks, []
    for side, base in (("AWS", sides.source_url(work)), ("Azure", sides.target_url(work))):
        for probe in checks.cleanup:
            probing.ask(work.world.web, base, probe, work.run)
        asked = [probing.ask(work.world.web, base, probe, work.run) for probe in checks.validation]
        asked += [probing.ask(work.world.web, base, probe, work.run) for probe in checks.cleanup]
        wrong = "; ".join(f"{it['name']}: {it['problem']}" for it in asked if not it["ok"])
        told.append({"event": f"canary through {side}", "different": wrong, "seconds": sum(it["seconds"] for it in asked)})
    return told
