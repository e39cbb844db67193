"""Bringing back to DynamoDB what Azure changed since the cutover, in pieces of bounded time.

Lives here: which items are written, deleted or in conflict. Never here: the way to Azure (table_copy.py).
"""

import time

from adapters.errors import AdapterError
from adapters.records import Json, Progress, WriteBackRules
from adapters.states.dynamodb_values import Item, item_from_json, item_to_json, same
from adapters.states.survey import Suspects, digest, survey
from adapters.states.table_codec import Entity, decode
from adapters.states.table_keys import TableKey, shown
from adapters.states.table_pair import KEYS, TablePair, key_of
from adapters.states.table_writer import in_parallel


class TableWriteBack:
    """The way back of one table, in three phases: is the source untouched, what changed on Azure, what was deleted there.

    An untouched source (its digest is still the one of the cutover) has no conflicts. Otherwise nobody can tell which side
    changed an item that differs, so each such item is a conflict; and so is an item that only the source has.
    The first phase ends a piece of its own, before anything is written: its result is in the token and survives a crash.
    """

    def __init__(self, pair: TablePair, segments: int) -> None:
        self._pair, self._segments = pair, segments

    def run(self, rules: WriteBackRules, token: Json | None, seconds: float) -> Progress:
        """One piece; a token holds the phase, where it goes on, and whether the source is untouched."""
        deadline = time.monotonic() + seconds
        if token is None:
            token = {"phase": "digest", "segment": 0, "after": None, "items": 0, "sum": "0"}
            if rules.copied is None:
                token = {"phase": "changed", "after": None, "untouched": False}
        if token["phase"] == "digest":
            return Progress(0, 0, self._digest(rules, token, deadline))
        overrule = token["untouched"] or rules.conflicts == "keep-target"
        if token["phase"] == "changed":
            return self._changed(rules, token, overrule, deadline)
        return self._deleted(rules, token, overrule, deadline)

    def _digest(self, rules: WriteBackRules, token: Json, deadline: float) -> Json:
        """Hash the source on from the token; the next token."""
        items, total = token["items"], int(token["sum"], 16)
        start = item_from_json(token["after"]) if token["after"] else None
        for segment in range(token["segment"], self._segments):
            for page, after in self._pair.source.scan(segment, self._segments, after=start):
                total += sum(value for _, value in map(self._pair.source_entry, page))
                items += len(page)
                if after is not None and time.monotonic() >= deadline:
                    place = {"segment": segment, "after": item_to_json(after)}
                    return {"phase": "digest", "items": items, "sum": f"{total:x}"} | place
            start = None
        return {"phase": "changed", "after": None, "untouched": digest(items, total) == rules.copied}

    def _changed(self, rules: WriteBackRules, token: Json, overrule: bool, deadline: float) -> Progress:
        items = 0
        conflicts: list[str] = []
        for entities, place in self._pair.target.pages(after=token["after"], since=rules.since):
            written, found = self._put(entities, overrule)
            items, conflicts = items + written, conflicts + found
            if place is not None and time.monotonic() >= deadline:
                return self._progress(items, token | {"after": place}, rules, conflicts)
        survey_of_keys = survey(self._pair.source_keys(), self._pair.target_keys())
        suspects = Suspects.between(*survey_of_keys)
        following = {
            "phase": "deleted",
            "segment": 0,
            "after": None,
            "untouched": token["untouched"],
            "suspects": suspects.to_text(),
        }
        return self._progress(items, following if suspects else None, rules, conflicts)

    def _put(self, entities: list[Entity], overrule: bool) -> tuple[int, list[str]]:
        """Write changed items; how many, and the conflicts left alone."""
        source = self._pair.source
        wanted = {key_of(entity): self._item(entity) for entity in entities}
        found = source.get([source.schema.key_of(item) for item in wanted.values()])
        now = {key: found.get(source.key_text(item)) for key, item in wanted.items()}
        differing = [key for key, item in wanted.items() if not same(now[key], item)]
        puts = [key for key in differing if overrule or now[key] is None]
        source.write([wanted[key] for key in puts])
        return len(puts), [shown(key) for key in differing if key not in set(puts)]

    def _deleted(self, rules: WriteBackRules, token: Json, overrule: bool, deadline: float) -> Progress:
        suspects = Suspects.from_text(token["suspects"])
        start = item_from_json(token["after"]) if token["after"] else None
        items = 0
        conflicts: list[str] = []
        for segment in range(token["segment"], self._segments):
            for page, after in self._pair.source.scan(segment, self._segments, after=start, keys_only=True):
                keyed = {self._pair.source.schema.to_table(item): item for item in page}
                gone = self._gone([key for key in keyed if key in suspects])
                if overrule:
                    self._pair.source.write([], [keyed[key] for key in gone])
                    items += len(gone)
                else:
                    conflicts += map(shown, gone)
                if after is not None and time.monotonic() >= deadline:
                    place = {"segment": segment, "after": item_to_json(after)}
                    return self._progress(items, token | place, rules, conflicts)
            start = None
        return self._progress(items, None, rules, conflicts)

    def _gone(self, keys: list[TableKey]) -> list[TableKey]:
        """Those that the target does not have."""
        found = in_parallel(lambda key: self._pair.target.get(key, KEYS), keys)
        return [key for key, entity in zip(keys, found, strict=True) if entity is None]

    def _item(self, entity: Entity) -> Item:
        key, schema = key_of(entity), self._pair.source.schema
        item = (schema.from_table(key) or {}) | decode(entity)
        if not set(schema.names) <= item.keys() or schema.to_table(item) != key:
            raise AdapterError(
                "invalid",
                f"entity {shown(key)[:200]} has keys that no item of the DynamoDB table can have",
                "Let the migrated app write PartitionKey and RowKey as the encoding says, or delete the entity.",
            )
        return item

    def _progress(self, items: int, token: Json | None, rules: WriteBackRules, conflicts: list[str]) -> Progress:
        """Conflicts that a rule settles for the source need nobody's decision."""
        return Progress(items, 0, token, tuple(conflicts) if rules.conflicts == "stop" else ())
