"""Weighted Route 53 records: how many of a hundred clients are sent to which side, and for how long they may keep the answer.

Lives here: two record sets of one name and type, told apart by SetIdentifier. Never here: other records of the zone.
Source: Route 53 developer guide, "Weighted routing", and the API reference of ChangeResourceRecordSets.
"""

import math
import threading
import time
from collections.abc import Sequence
from datetime import timedelta
from typing import Any

import boto3

from adapters.aws.errors import aws_errors
from adapters.errors import AdapterError, Conflict, NotFound
from adapters.records import Json, Split
from adapters.routers.name_servers import answers, comparable

_ALIAS_TTL = 60
"""Seconds; what an alias has at most when its target is a service of AWS."""
_INSYNC_TIMEOUT = 300.0
"""Seconds; Route 53 says that changes are usually everywhere within 60."""


class Route53Router:
    """Router of two weighted records.

    Records with a health check or an alias keep them; an alias has no lifetime of its own, so `ttl` leaves it alone.

    Args:
        session: from `aws_session`.
        zone: id of the hosted zone, with or without `/hostedzone/`.
        record: name of the records, with or without the final dot.
        type: such as `CNAME`.
        source_id: SetIdentifier of the record that leads to AWS.
        target_id: SetIdentifier of the record that leads to Azure.
        name_servers: asked by `observed`, as `host` or `host:port`; without any, those that Route 53 gave the zone.
    """

    def __init__(
        self,
        session: boto3.Session,
        zone: str,
        record: str,
        type: str,
        source_id: str,
        target_id: str,
        name_servers: Sequence[str] = (),
    ) -> None:
        self._client: Any = session.client("route53")
        self._zone, self._type = zone.removeprefix("/hostedzone/"), type
        self._record = record.rstrip(".").lower() + "."
        self._source_id, self._target_id, self._name_servers = source_id, target_id, name_servers
        self._what = f"Route 53 {type} records {self._record} in zone {self._zone}"
        self._pending: str | None = None
        self._lock = threading.Lock()

    def snapshot(self) -> Json:
        """All record sets of this name and type, whole, and `ttl`: for how many seconds their answers may be kept."""
        records = self._records()
        ttl = max((int(record.get("TTL", _ALIAS_TTL)) for record in records), default=0)
        return {"zone": self._zone, "name": self._record, "type": self._type, "ttl": ttl, "records": records}

    def weight(self) -> int:
        """Percentage that goes to the target. When both weights are 0, Route 53 answers with both alike: 50.

        Raises:
            NotFound: one of the two records does not exist.
            Conflict: a third record of the same name takes part of the clients.
        """
        pair = self._pair()
        source, target = (int(pair[which]["Weight"]) for which in (self._source_id, self._target_id))
        return round(100 * target / (source + target)) if source + target else 50

    def set_weight(self, target: int, ttl: timedelta) -> None:
        """Weights `100 - target` and `target`, in one change; returns once all name servers of Route 53 know it (INSYNC).

        Raises:
            AdapterError: `invalid` for a weight outside 0 to 100; `unreachable` when INSYNC was not seen within five minutes.
        """
        if not 0 <= target <= 100:
            raise AdapterError("invalid", f"{self._what}: {target} is not a percentage", "Give a weight from 0 to 100.")
        weights = {self._source_id: 100 - target, self._target_id: target}
        with self._lock:
            pair = self._pair()
            self._change([_with_ttl(pair[name] | {"Weight": weight}, ttl) for name, weight in weights.items()])

    def restore(self, before: Json) -> None:
        """The record sets of this name and type, whole, as they were; returns once they are served."""
        with self._lock:
            wanted = {record.get("SetIdentifier"): record for record in before["records"]}
            extra = [record for record in self._records() if record.get("SetIdentifier") not in wanted]
            self._change(list(wanted.values()), extra)

    def observed(self, samples: int) -> Split:
        """Look-ups at the zone's name servers; a private zone has none that answer everybody, so nobody is asked."""
        values = {name: _values(record) for name, record in self._pair().items()}
        source, target = values[self._source_id], values[self._target_id]
        servers = self._name_servers or self._delegation()
        if not servers:
            return Split(0, 0, "the zone is private, so nobody outside its networks can ask")
        if source == target:
            return Split(0, 0, "both records hold the same values, so that no answer tells them apart")
        found = answers(servers, self._record, self._type, samples)
        sent = sum(answer == target if target else answer != source for answer in found)
        return Split(samples, sent, f"{self._type} of {self._record} at {', '.join(servers)}")

    def _delegation(self) -> list[str]:
        """Host names of the zone's name servers; none for a private zone."""
        with aws_errors(self._what, "Check the zone's id in the plan (traffic.zone)."):
            found = self._client.get_hosted_zone(Id=self._zone)
        return list(found.get("DelegationSet", {}).get("NameServers", []))

    def _change(self, wanted: list[Json], extra: list[Json] | None = None) -> None:
        """Bring the records to what is wanted and delete the extra ones, atomically; nothing is sent when nothing differs."""
        now = self._records()
        changes = [{"Action": "DELETE", "ResourceRecordSet": record} for record in extra or []]
        changes += [{"Action": "UPSERT", "ResourceRecordSet": record} for record in wanted if record not in now]
        if changes:
            with aws_errors(self._what, "Check the zone's id in the plan."):
                answer = self._client.change_resource_record_sets(
                    HostedZoneId=self._zone, ChangeBatch={"Comment": "dayzero", "Changes": changes}
                )
            self._pending = str(answer["ChangeInfo"]["Id"])
        self._await_insync()

    def _await_insync(self) -> None:
        """Wait for the last change that this object sent, if it is not known to be served yet."""
        deadline, pause = time.monotonic() + _INSYNC_TIMEOUT, 0.1
        while self._pending is not None:
            with aws_errors(f"change {self._pending} of {self._what}"):
                if self._client.get_change(Id=self._pending)["ChangeInfo"]["Status"] == "INSYNC":
                    self._pending = None
                    return
            if time.monotonic() > deadline:
                raise AdapterError("unreachable", f"{self._what}: the change is not INSYNC yet", "Try again; it is not lost.")
            time.sleep(pause)
            pause = min(pause * 2, 2.0)

    def _records(self) -> list[Json]:
        found: list[Json] = []
        with aws_errors(self._what, "Check the zone's id in the plan (traffic.zone)."):
            pages = self._client.get_paginator("list_resource_record_sets").paginate(
                HostedZoneId=self._zone, StartRecordName=self._record, StartRecordType=self._type
            )
            for page in pages:
                ours = [one for one in page["ResourceRecordSets"] if (one["Name"], one["Type"]) == (self._record, self._type)]
                found += ours
                if len(ours) < len(page["ResourceRecordSets"]):
                    break
        return sorted(found, key=lambda record: str(record.get("SetIdentifier")))

    def _pair(self) -> dict[str, Json]:
        """The two records by SetIdentifier."""
        weighted = {record["SetIdentifier"]: record for record in self._records() if "Weight" in record}
        for name in (self._source_id, self._target_id):
            if name not in weighted:
                raise NotFound(
                    f"{self._what}: no weighted record with SetIdentifier {name}",
                    "Create it with weight 0 (target) or 100 (source), or correct traffic.source_id and traffic.target_id.",
                )
        others = [name for name in weighted if name not in {self._source_id, self._target_id} and weighted[name]["Weight"]]
        if others:
            raise Conflict(f"{self._what}: {', '.join(others)} takes clients too", "Set its weight to 0, or remove it.")
        return {name: weighted[name] for name in (self._source_id, self._target_id)}


def _with_ttl(record: Json, ttl: timedelta) -> Json:
    """The record with a lifetime in whole seconds, rounded up; an alias as it is."""
    return record if "AliasTarget" in record else record | {"TTL": math.ceil(ttl.total_seconds())}


def _values(record: Json) -> frozenset[str]:
    """What a look-up is answered with, as `answers` writes it; nothing for an alias, whose target has other answers."""
    return frozenset(comparable(one["Value"]) for one in record.get("ResourceRecords", []))
