"""Which firings of the sample's schedule were run, by which side, and how often.

Lives here: the documents that each firing leaves, `reports/{minute}-{aws|azure}.json`, on either side, counted by minute. For a
schedule that fires at every even minute. Never here: when it fires.
"""

import re
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta

import boto3
from azure.identity import DefaultAzureCredential
from azure.storage.blob import BlobServiceClient

EVERY_TWO_MINUTES = {"AWS": "cron(0/2 * * * ? *)", "AZURE": "0 */2 * * * *"}
"""As often as a schedule may fire that is handed over between two firings, since EventBridge is precise to the minute."""
CONTAINER = "receipts"
SETTLE = timedelta(seconds=15)
"""How long a firing may take until its document is there."""
_NAME = re.compile(r"reports/(\d{4}-\d\d-\d\dT\d\d:?\d\d)-(aws|azure)\.json")


def names(bucket: str, blobs: str) -> set[str]:
    """Documents of firings on both sides.

    Args:
        bucket: of the sample, on AWS.
        blobs: Blob service URL of the sample's storage account.
    """
    pages = boto3.client("s3").get_paginator("list_objects_v2").paginate(Bucket=bucket, Prefix="reports/")
    found = {one["Key"] for page in pages for one in page.get("Contents", [])}
    container = BlobServiceClient(blobs, credential=DefaultAzureCredential()).get_container_client(CONTAINER)
    if container.exists():
        found |= {str(blob.name) for blob in container.list_blobs(name_starts_with="reports/")}
    return found


def counted(found: Iterable[str], start: float, end: float) -> dict[str, int]:
    """`firings` that were due between two moments (epoch seconds), `fired_twice` of them (by both sides), and `missed`."""
    sides: dict[str, set[str]] = {}
    for name in found:
        if match := _NAME.fullmatch(name):
            sides.setdefault(match[1].replace(":", ""), set()).add(match[2])
    due = [f"{minute:%Y-%m-%dT%H%M}" for minute in _minutes(start, end)]
    twice = sum(len(sides.get(minute, ())) > 1 for minute in due)
    return {"firings": len(due), "fired_twice": twice, "missed": sum(minute not in sides for minute in due)}


def _minutes(start: float, end: float) -> Iterable[datetime]:
    minute = datetime.fromtimestamp(start, UTC).replace(second=0, microsecond=0) + timedelta(minutes=1)
    minute += timedelta(minutes=minute.minute % 2)
    while minute + SETTLE <= datetime.fromtimestamp(end, UTC):
        yield minute
        minute += timedelta(minutes=2)
