"""What a migration must leave behind, looked for where it would show: the source, the clients' orders, every paper and log."""

import json
from pathlib import Path

import boto3

from local.stage import Stage
from local.traffic.generator import Traffic
from tests.e2e.pilot import Json, Pilot

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


def orders_are_kept(traffic: Traffic) -> None:
    """Every order that a client was promised is there, once, as it was promised."""
    traffic.stop()
    found = traffic.audit(settle_seconds=60)
    orders = traffic.report()["orders"]
    assert orders["acknowledged"] > 100
    assert {name: orders[name] for name in PROMISES} == dict.fromkeys(PROMISES, 0), found["examples"]


def no_secret_shows(ready: Stage, pilot: Pilot, folder: Path) -> None:
    """The workload's secret and the agent's key stand in no paper, no log, no history and no ledger."""
    secret = boto3.client("secretsmanager").get_secret_value(SecretId="orders/signing-key")["SecretString"]
    papers = json.dumps([pilot.get(), pilot.get("/events"), pilot.get("/report?format=json")]) + pilot.text("/report")
    assert secret not in papers
    kept = [path for path in folder.rglob("*") if path.is_file() and not {"ministack", "arm"} & set(path.parts)]
    assert any(path.name == "durable.sqlite" for path in kept), "the history is among the files that are looked at"
    assert [str(path) for path in kept if secret.encode() in path.read_bytes()] == []
    assert ready.key not in (folder / "agent.log").read_text()
