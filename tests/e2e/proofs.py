"""What a migration must leave behind, looked for where it would show: the source, the clients' orders, every paper and log."""

import json
from collections.abc import Iterator
from pathlib import Path

import boto3

from local.stage import Stage
from local.traffic.generator import Traffic
from tests.e2e.canaries import Canaries, keys_of
from tests.e2e.pilot import LEAD, Json, Pilot

PROMISES = ("lost", "changed", "processed_twice", "unprocessed", "outdated", "resurrected", "unreadable", "stale_reads")


def fingerprints(pilot: Pilot) -> tuple[str, str]:
    """Of the source, before the run and after its failback."""
    report = pilot.get("/report?format=json")
    return report["source_fingerprint_before"], report["source_fingerprint_after"]


def manual_is_what_ran(pilot: Pilot, status: Json) -> None:
    """The manual's lines are the executed ones, in their order."""
    headings = [line.split(". ", 1)[1].split(" ")[0] for line in pilot.text("/manual").splitlines() if line.startswith("### ")]
    executed = [line["name"] for line in sorted(status["steps"], key=lambda line: line["started"])]
    assert headings == executed
    assert all(line["state"] == "done" for line in status["steps"])


def source_is_dormant() -> None:
    """Nothing on AWS can run, and nothing is deleted."""
    functions = boto3.client("lambda")
    for name in ("orders-api", "orders-worker", "orders-nightly"):
        assert functions.get_function_concurrency(FunctionName=name)["ReservedConcurrentExecutions"] == 0
    assert boto3.client("events").describe_rule(Name="orders-nightly")["State"] == "DISABLED"


def failed(traffic: Traffic) -> Json:
    """Requests without a good answer so far, by what came instead."""
    return dict(traffic.requests()["failed_by_status"])


def orders_are_kept(traffic: Traffic, url: str | None = None) -> None:
    """Every order that a client was promised is there, once, as it was promised; read at `url`, or as clients would."""
    traffic.stop()
    found = traffic.audit(url, settle_seconds=60)
    orders = traffic.report()["orders"]
    assert orders["acknowledged"] > 100
    assert {name: orders[name] for name in PROMISES} == dict.fromkeys(PROMISES, 0), found["examples"]


def no_secret_shows(ready: Stage, pilot: Pilot, folder: Path, planted: Canaries) -> None:
    """The workload's secret, the host's keys and what was planted stand in no paper, page, card, log, history or ledger."""
    secret = boto3.client("secretsmanager").get_secret_value(SecretId="orders/signing-key")["SecretString"]
    hidden = [secret, *keys_of(folder / "agent"), *planted.secrets()]
    papers = json.dumps([pilot.get(), pilot.get("/events"), pilot.get("/report?format=json"), pilot.get("/exceptions")])
    papers += pilot.text("/report") + pilot.text("/manual") + "".join(_pages(ready, pilot)) + "".join(planted.got)
    assert [place for place, one in enumerate(hidden) if one in papers] == [], "the numbers of secrets that show"
    kept = [path for path in folder.rglob("*") if path.is_file() and not {"ministack", "arm"} & set(path.parts)]
    looked = {path: path.read_bytes() for path in kept if path.name != "keys.json"}  # there the host keeps its keys
    names = {path.name for path in looked}
    assert {"durable.sqlite", "agent.log"} <= names, "the history and the log are among the files that are looked at"
    assert any("table" in name for name in names), "and so is the ledger"
    assert [str(path) for path, found in looked.items() if any(one.encode() in found for one in hidden)] == []


def _pages(ready: Stage, pilot: Pilot) -> Iterator[str]:
    """The dashboard, the document of the doors, and what a signed link of a card shows."""
    with ready.doors() as doors:
        for path in ("dashboard", f"dashboard/{pilot.run}", "openapi.json"):
            yield doors.get(path).raise_for_status().text
        made = doors.post(f"migrations/{pilot.run}/approvals/cutover/links", json={"by": LEAD, "for": LEAD}).raise_for_status()
        token = made.json()["links"][0]["url"].rpartition("/")[2]
        yield made.text + doors.get(f"decide/{token}").text
