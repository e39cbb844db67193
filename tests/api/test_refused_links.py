"""Forged, altered, replayed, expired, of another person, gate or run: every such decision is refused and recorded, none wakes
the orchestration. Cases are generated from one honest link and fixed seeds.
"""

import base64
import hashlib
import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any

import pytest
from durabletask.client import OrchestrationStatus

from api import decisions
from approvals.keys import LINK_KEYS, Keys, keys
from approvals.links import Link, new_link, seal
from approvals.refusals import NOWHERE
from ledger.ledger import Ledger
from tests.api.doors import Durable, ask, request
from tests.approvals.gates import AtTheGate

SETTING = f"new:{base64.b64encode(b'n' * 32).decode()},old:{base64.b64encode(b'o' * 32).decode()}"
OTHERS = ["Amir Cloud", "Zoe Sky", "Nils Netz", "Dana Store", "Quinn Test", "Mallory", "", "lena lead", "Lena Lead ", "*"]
GATES = ["open-window", "finalize", "bake", "", "Cutover", "cutover ", "../cutover", "*"]
Json = dict[str, Any]
Token = Callable[["Scene"], str]


@dataclass
class Scene:
    """Two runs at their gates; the first is the one that must not move."""

    here: AtTheGate
    there: AtTheGate

    def link(self, **changes: Any) -> Link:
        made = new_link(self.here.id, "cutover", self.here.run.runbook_hash, "Lena Lead", timedelta(hours=1), ("approve",))
        return replace(made, **changes)

    def sealed(self, **changes: Any) -> str:
        return seal(keys(LINK_KEYS), self.link(**changes))


@dataclass
class Case:
    """One refused decision: how its token comes about, and what may be sent with it."""

    name: str
    token: Token
    decision: str = "approve"


def forged() -> Iterator[Case]:
    for seed in range(30):
        yield Case(f"forged key {seed}", partial(sealed_by, "new", hashlib.sha256(bytes([seed])).digest()))
    for seed in range(10):
        yield Case(f"forged id k{seed}", partial(sealed_by, f"k{seed}", b"n" * 32))
    for text in ("", "v1", "v1...", "v1.new..", "null", "%00", "v1.new.e30.e30", "é" * 9, "v1." * 5000, "{}"):
        yield Case(f"forged text {text[:12]!r}", partial(just, text))


def altered() -> Iterator[Case]:
    for seed in range(100):
        yield Case(f"altered character {seed}", partial(with_a_change, seed))
    for cut in (1, 2, 5, 40, 100):
        yield Case(f"altered cut {cut}", partial(with_a_tail, -cut, ""))
    for tail in ("A", "=", ".", ".v1", "%20"):
        yield Case(f"altered tail {tail}", partial(with_a_tail, None, tail))
    claims: list[Json] = [{"person": name} for name in ("Petra Product", *OTHERS)] + [{"gate": name} for name in GATES]
    for claim in [*claims, {"expires": 9_999_999_999}, {"decisions": ["reject"]}, {"nonce": "x"}]:
        yield Case(f"altered claim {claim}", partial(with_claims, claim))


def misused() -> Iterator[Case]:
    for seconds in (0, 1, 2, 30, 60, 3600, 86_400, 10**6, 10**8, 10**9):
        yield Case(f"expired {seconds}", partial(expired, seconds))
    changes: list[Json] = [{"person": name} for name in OTHERS] + [{"gate": name} for name in GATES]
    changes += [{"run": name} for name in ("no-such-run", "", "..", NOWHERE)]
    changes += [{"runbook_hash": digest} for digest in ("0" * 64, "", "é", "f" * 63)]
    for change in changes:
        yield Case(f"wrong {change}", partial(sealed_with, change))
    for word in ("reject", "", "Approve", "approve ; drop", "maybe", "abort"):
        yield Case(f"wrong word {word!r}", partial(sealed_with, {}), word)
    turned: list[Json] = [{"state": name} for name in ("migrated", "failed-back", "needs-operator")]
    for turn in [*turned, {"failing_back": True}, {"asked": "abort"}]:
        yield Case(f"of a run with {turn}", partial(of_a_run_with, turn))
    for channels in (["key"], ["entra"], ["teams", "event"]):
        yield Case(f"of a gate for {channels}", partial(of_a_gate_with, {"channels": channels}))


def sealed_by(name: str, key: bytes, scene: Scene) -> str:
    return seal(Keys({name: key}), scene.link())


def sealed_with(changes: Json, scene: Scene) -> str:
    return scene.sealed(**changes)


def just(text: str, _scene: Scene) -> str:
    return text


def expired(seconds: int, scene: Scene) -> str:
    return scene.sealed(expires=int(datetime.now(UTC).timestamp()) - seconds)


def with_a_change(seed: int, scene: Scene) -> str:
    token, other = scene.sealed(), "AZaz09-_."
    place, first = seed * 7919 % len(token), seed % len(other)
    changed = next(c for c in other[first:] + other if c != token[place])
    return token[:place] + changed + token[place + 1 :]


def with_a_tail(end: int | None, tail: str, scene: Scene) -> str:
    return scene.sealed()[:end] + tail


def with_claims(claim: Json, scene: Scene) -> str:
    version, key, payload, signature = scene.sealed().split(".")
    said = json.loads(base64.urlsafe_b64decode(payload + "=" * (-len(payload) % 4)))
    changed = base64.urlsafe_b64encode(json.dumps(said | claim).encode()).decode().rstrip("=")
    return ".".join([version, key, changed, signature])


def of_a_run_with(changes: Json, scene: Scene) -> str:
    scene.there = AtTheGate(scene.here.ledger)
    run = scene.there.run
    scene.there.ledger.runs.change(run.workload, run.run, **changes)
    return scene.sealed(run=run.run, runbook_hash=run.runbook_hash)


def of_a_gate_with(rules: Json, scene: Scene) -> str:
    scene.there = AtTheGate(scene.here.ledger, rules)
    return scene.sealed(run=scene.there.id, runbook_hash=scene.there.run.runbook_hash)


CASES = [*forged(), *altered(), *misused()]


@pytest.fixture(autouse=True)
def known_keys(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(LINK_KEYS, SETTING)


@pytest.fixture(scope="module")
def unmoved(ledger: Ledger) -> tuple[AtTheGate, AtTheGate]:
    """What is refused changes nothing, so all cases are sent to the same two runs."""
    return AtTheGate(ledger), AtTheGate(ledger)


@pytest.fixture
def scene(unmoved: tuple[AtTheGate, AtTheGate]) -> Scene:
    return Scene(*unmoved)


@pytest.fixture
def moving(ledger: Ledger) -> Scene:
    """Runs of a test's own, for one that decides."""
    return Scene(AtTheGate(ledger), AtTheGate(ledger))


def post(durable: Durable, token: str, decision: str) -> Any:
    form = f"decision={decision}&reason=because".encode()
    return ask(decisions.decide_by_link, request("POST", "decide/token", form, token=token), durable)


def refused(scene: Scene) -> int:
    events = [scene.here.ledger.events.of(place) for place in (scene.here.id, scene.there.id, NOWHERE)]
    return sum(event["kind"] == "refused" for one in events for event in one)


def assert_refused(scene: Scene, token: str, decision: str = "approve") -> None:
    alive = dict.fromkeys((scene.here.id, scene.there.id), OrchestrationStatus.RUNNING)
    before, durable = refused(scene), Durable(living=alive)
    answer = post(durable, token, decision)
    assert 400 <= answer.status_code < 500
    assert (durable.raised, durable.started) == ([], [])
    assert refused(scene) == before + 1


def test_there_are_at_least_two_hundred_cases() -> None:
    assert len(CASES) >= 200
    assert len({case.name for case in CASES}) == len(CASES)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_a_decision_that_does_not_count_is_refused_and_recorded(scene: Scene, case: Case) -> None:
    assert_refused(scene, case.token(scene), case.decision)
    assert (scene.here.decision, scene.there.decision) == (None, None)
    assert scene.here.ledger.votes.of(scene.here.id, scene.here.seq) == []


@pytest.mark.parametrize("times", range(1, 6))
def test_a_used_link_is_refused_however_often_it_comes_back(moving: Scene, times: int) -> None:
    token = moving.sealed()
    assert post(Durable(), token, "approve").status_code == 200
    for _ in range(times):
        assert_refused(moving, token)


def test_another_link_of_the_same_person_does_not_count_twice(ledger: Ledger, moving: Scene) -> None:
    moving.here = AtTheGate(ledger, {"quorum": 2})
    assert post(Durable(), moving.sealed(), "approve").status_code == 200
    assert_refused(moving, moving.sealed())
    assert moving.here.decision is None
