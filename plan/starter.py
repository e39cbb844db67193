"""Values that a new plan begins with, until somebody writes their own: a small workload with one trigger of most kinds.

Lives here: values. Never here: what a field means (the models), comments (`scaffold.py`). What only the person knows is a
variable without default, so that `dayzero validate` names everything that is still to be said.
"""

from typing import Any

from plan.model import Strategy
from plan.strategies import NEEDS


def starter(workload: str, strategy: Strategy) -> dict[str, Any]:
    """The fields of a plan, `${NAME}` for what has to be filled in."""
    return {
        "version": 1,
        "workload": workload,
        "strategy": strategy,
        "source": {
            "account": "${AWS_ACCOUNT}",
            "region": "${AWS_REGION:-eu-west-1}",
            "functions": [
                {"name": f"{workload}-api", "triggers": [{"type": "http", "api": "${API_ID}"}]},
                {"name": f"{workload}-worker", "triggers": [{"type": "queue", "queue": f"{workload}-queue"}]},
                {"name": f"{workload}-nightly", "triggers": [{"type": "schedule", "rule": f"{workload}-nightly"}]},
            ],
        },
        "target": {
            "subscription": "${AZURE_SUBSCRIPTION_ID}",
            "resource_group": workload,
            "app": f"{workload}-func",
            "infrastructure": {"template": {"url": "${TEMPLATE_URL}", "sha256": "${TEMPLATE_SHA256}"}},
            "package": {"url": "${PACKAGE_URL}", "sha256": "${PACKAGE_SHA256}"},
        },
        "mapping": [
            {"function": f"{workload}-api", "trigger": "http", "to": ["api"]},
            {"function": f"{workload}-worker", "trigger": "queue", "to": ["worker"]},
            {"function": f"{workload}-nightly", "trigger": "schedule", "to": ["nightly"], "ncrontab": "0 0 2 * * *"},
        ],
        "state": _state(workload, strategy),
        "secrets": [
            {
                "source": f"{workload}/api-key",
                "target_vault": "${TARGET_VAULT}",
                "target_name": f"{workload}-api-key",
                "setting": "API_KEY",
            }
        ],
        "traffic": {"router": "route53", "zone": "${ZONE_ID}", "record": "${RECORD}"},
        "checks": {"health": {"name": "health", "path": "/health"}, **_compared(strategy)},
        **_people(strategy),
        "window": {"length": "30m"},
        "sign_offs": [
            {"task": task, "by": "${OWNER}", "on": "${SIGNED_OFF_ON}"}
            for task in (
                "Design of the target reviewed",
                "Code changed and tested on Azure Functions",
                "Subscription and permissions ready",
                "ARM template built and reviewed",
            )
        ],
    }


def _state(workload: str, strategy: Strategy) -> dict[str, Any]:
    ladder = {"ladder": {"endpoint": "${TARGET_TABLES}"}} if strategy == "zero-downtime" else {}
    name = workload.replace("-", "")
    return {
        **ladder,
        "stores": [
            {
                "kind": "dynamodb-to-table",
                "name": workload,
                "source_table": workload,
                "target_endpoint": "${TARGET_TABLES}",
                "target_table": name,
            },
            {
                "kind": "s3-to-blob",
                "name": f"{workload}-files",
                "source_bucket": "${SOURCE_BUCKET}",
                "target_endpoint": "${TARGET_BLOBS}",
                "target_container": f"{workload}-files",
            },
        ],
        "queues": [
            {
                "name": workload,
                "source_queue": f"{workload}-queue",
                "target_endpoint": "${TARGET_QUEUES}",
                "target_queue": f"{workload}-queue",
            }
        ],
    }


def _compared(strategy: Strategy) -> dict[str, Any]:
    """Zero downtime only: by what both sides are compared."""
    if strategy != "zero-downtime":
        return {}
    gates = [{"kind": "error-rate", "above": 0.01}, {"kind": "probe-errors", "above": 0.01}]
    return {"metrics": {"gates": gates}, "parity": {"requests": [{"path": "/health"}]}}


def _people(strategy: Strategy) -> dict[str, Any]:
    """One person who owns everything, and another who approves; a real plan has more."""
    needs = NEEDS[strategy]
    owner = {"name": "${OWNER}", "contact": "${OWNER_CONTACT}"}
    approver = {"name": "${APPROVER}", "contact": "${APPROVER_CONTACT}"}
    owners = {role: approver if role == "approver" else owner for role in sorted(needs.roles)}
    return {"owners": owners, "approvals": {gate: {"approvers": ["${APPROVER}"]} for gate in needs.gates}}
