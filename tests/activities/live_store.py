"""A store in memory whose source changes while it is looked at, and its replication, for tests of verifying.

Lives here: two dictionaries and a log of changes. Never here: how services do it; adapters have contracts for that.
"""

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

from activities.step import Step, Verdict, Waiting
from adapters.errors import AdapterError
from adapters.records import Comparison, Digest, Json, Progress, WriteBackRules
from adapters.replication import KEYS_AT_MOST, Changed, Delta
from tests.activities.small_world import NOON, Remembered, work


class LiveStore:
    """Both sides; `meanwhile` is called when items were read and before they are compared, `quicker` before single ones are."""

    name = "orders"
    shards = 1

    def __init__(self, items: dict[str, int]) -> None:
        self.source, self.target, self.log = dict(items), dict(items), list[str]()
        self.meanwhile: Callable[[], None] = lambda: None
        self.quicker: Callable[[], None] = lambda: None
        self.gone: AdapterError | None = None
        """What asking for changes raises."""
        self.compared: list[list[str] | None] = []
        self.rules: list[WriteBackRules] = []

    def put(self, key: str, value: int | None) -> None:
        """What a client of the source does; None deletes."""
        self.log.append(key)
        _set(self.source, key, value)

    def count(self) -> tuple[int, int]:
        return len(self.source), len(self.target)

    def clear_target(self) -> None:
        self.target.clear()

    def compare(self, _shard: int, named: int = 100) -> Comparison:
        self.compared.append(None)
        return self._comparison(sorted(self.source.keys() | self.target.keys()), named)

    def compare_keys(self, keys: Sequence[str]) -> Comparison:
        self.compared.append(sorted(keys))
        self.quicker()
        return self._comparison(keys, 100)

    def write_back(self, _shard: int, rules: WriteBackRules, token: Json | None, _seconds: float) -> Progress:
        self.rules.append(rules)
        return Progress(0, 0, {"untouched": rules.untouched} if token is None else None)

    def apply(self, position: Json, _seconds: float) -> Delta:
        keys = dict.fromkeys(self.log[position["at"] :])
        for key in keys:
            _set(self.target, key, self.source.get(key))
        at = {"at": len(self.log)}
        return Delta(at, len(keys), 0, 0.0, tuple(keys)[:KEYS_AT_MOST], len(keys) <= KEYS_AT_MOST)

    def changed(self, position: Json, _seconds: float) -> Changed:
        if self.gone:
            raise self.gone
        return Changed(tuple(dict.fromkeys(self.log[position["at"] :])), whole=True)

    def _comparison(self, keys: Sequence[str], named: int) -> Comparison:
        sides = [{key: side[key] for key in keys if key in side} for side in (self.source, self.target)]
        self.meanwhile()
        differing = [key for key in keys if sides[0].get(key) != sides[1].get(key)]
        digests = [Digest(len(side), repr(sorted(side.items()))) for side in sides]
        return Comparison(digests[0], digests[1], tuple(differing[:named]))


def _set(side: dict[str, int], key: str, value: int | None) -> None:
    side.pop(key, None)
    if value is not None:
        side[key] = value


class Book(Remembered):
    """A record that steps write to as they go."""

    def __init__(self, positions: Json) -> None:
        super().__init__()
        self.found: Json = {"start_replication": {"positions": positions}}
        self.rows: dict[str, Json] = {}
        """The table of exceptions, by key; `ok`: accepted."""

    def begin(self, step: str) -> None:
        """That step was begun."""
        self._times[step] = NOON

    def enable_target(self) -> None:
        """The step that lets Azure write was begun."""
        self.begin("enable_target")

    def evidence(self, step: str) -> Any:
        return self.found.get(step)

    def note_exceptions(self, _step: str, beyond: list[Json], within: list[Json]) -> list[str]:
        kept = [row for row in self.rows.values() if row in [{**one, "ok": True} for one in beyond]]
        found = [{**one, "ok": False} for one in beyond] + [{**one, "ok": True} for one in within] + kept
        self.rows = {row["key"]: row for row in found}
        return [f"{row['store']} {row['key']}" for row in self.rows.values() if not row["ok"]]

    def accepted_exceptions(self) -> list[Json]:
        return [row for row in self.rows.values() if row["ok"]]

    def accept(self) -> None:
        """People accept all that is open."""
        self.rows = {key: {**row, "ok": True} for key, row in self.rows.items()}


def run(step: Step, store: LiveStore, book: Book, between: Callable[[], None] = lambda: None) -> Verdict:
    """One try of a step on that store, as the lifecycle does it; `between` is called before each further look."""
    ports: dict[str, Any] = {"stores": {"orders": store}, "replications": {"orders": store}}
    given = work(record=book, **ports)
    did = book.found[step.name] = step.do(given, {})
    done: dict[str, Json] = {}
    for part in step.parts(replace(given, did=did), {}):
        progress = step.do_part(given, part, None, 1.0)
        done[part] = {"items": progress.items, "bytes": 0, "conflicts": [*progress.conflicts][:100], "note": progress.note}
    for _ in range(100):
        verdict = step.verify(replace(given, did=did, parts=done), {})
        if not isinstance(verdict, Waiting):
            book.found[step.name] = did | getattr(verdict, "evidence", {})
            return verdict
        did = book.found[step.name] = verdict.remember or did
        between()
    raise AssertionError("neither done nor failed after 100 looks")
