"""Weighted Route 53 records of one domain name, and the choice among them.

Lives here: reading and choosing. Never here: caching and requests.
"""

import random
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from mypy_boto3_route53 import Route53Client


class NoRecords(LookupError):
    """The domain has no weighted records, or no hosted zone; the message says which."""


@dataclass(frozen=True)
class Record:
    """One weighted record: `value` is the host name it points to, `ttl` is in seconds."""

    identifier: str
    value: str
    weight: int
    ttl: int


def read_records(client: "Route53Client", domain: str) -> tuple[Record, ...]:
    """The weighted records of `domain` in the hosted zone that matches most of it.

    Raises:
        NoRecords: nothing to route by.
        botocore.exceptions.BotoCoreError, botocore.exceptions.ClientError: Route 53 did not answer, or refused.
    """
    name = domain.rstrip(".") + "."
    pages = client.get_paginator("list_hosted_zones").paginate()
    zones = [zone for page in pages for zone in page["HostedZones"] if f".{name}".endswith(f".{zone['Name']}")]
    if not zones:
        raise NoRecords(f"no hosted zone holds {domain}: deploy the workload first")
    zone_id = max(zones, key=lambda zone: len(zone["Name"]))["Id"]
    sets = client.get_paginator("list_resource_record_sets").paginate(HostedZoneId=zone_id)
    found = tuple(
        Record(one["SetIdentifier"], one["ResourceRecords"][0]["Value"].rstrip("."), one["Weight"], one["TTL"])
        for page in sets
        for one in page["ResourceRecordSets"]
        if one["Name"] == name and "Weight" in one
    )
    if not found:
        raise NoRecords(f"the hosted zone has no weighted record for {domain}")
    return found


def choose(records: Sequence[Record], chance: random.Random) -> Record:
    """One record by weight; weight 0 never, unless all are 0: then each is as likely, as Route 53 does.

    Source: https://docs.aws.amazon.com/Route53/latest/DeveloperGuide/resource-record-sets-values-weighted.html
    """
    weights = [record.weight for record in records]
    return chance.choices(records, weights if any(weights) else None)[0]
