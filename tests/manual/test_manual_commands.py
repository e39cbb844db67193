"""Commands for people: every step has some or says why not, made of the plan's names, as the shell and AWS read them."""

import json
import re
import shutil
import subprocess
from pathlib import Path
from typing import Any

import botocore.session
import pytest
from botocore import xform_name

from manual.by_hand import beforehand, by_hand
from manual.recorder import record
from manual.shell import Hand
from plan.load import plan_from_json
from plan.model import Plan, Strategy
from tests.plan.plans import data, example

PLAN = example()
ROUTERS: dict[str, dict[str, Any]] = {
    "route53": {"router": "route53", "zone": "Z123", "record": "orders.example.com"},
    "traffic-manager": {"router": "traffic-manager", "record": "orders.trafficmanager.net", "profile": "orders"},
    "http-api": {"router": "http-api"},
    "lambda-alias": {"router": "lambda-alias", "functions": [{"name": "orders-api", "alias": "live"}]},
}
FITTING: dict[Strategy, tuple[str, ...]] = {
    "planned-downtime": ("route53", "traffic-manager", "http-api"),
    "minimized-downtime": ("route53", "traffic-manager", "http-api"),
    "zero-downtime": ("route53", "traffic-manager", "lambda-alias"),
}
"""Routers that the rules of a plan let each strategy have."""
SECRET_READERS = ("get-secret-value",)


def plan_with(strategy: Strategy, router: str) -> Plan:
    changed = data() | {"traffic": ROUTERS[router]}
    changed["checks"]["front_door"] = "https://orders.example.com"
    return plan_from_json(changed | {"strategy": strategy}, "test")


def hands(plan: Plan) -> list[tuple[str, Hand]]:
    return [(line["name"], by_hand(plan, line)) for line in record(plan) if line["kind"] == "step"]


def lines(plan: Plan) -> list[str]:
    return [*beforehand(plan), *(line for _, hand in hands(plan) for line in (*hand.commands, *hand.back))]


CASES = [
    pytest.param(plan_with(strategy, one), id=f"{strategy}-{one}") for strategy, fitting in FITTING.items() for one in fitting
]


@pytest.mark.parametrize("plan", CASES)
def test_every_step_has_commands_or_says_why_not(plan: Plan) -> None:
    assert [name for name, hand in hands(plan) if not hand.commands and not hand.note] == []


@pytest.mark.parametrize("plan", CASES)
def test_the_shell_can_read_them(plan: Plan) -> None:
    checked = subprocess.run(["bash", "-n"], input="\n".join(lines(plan)), capture_output=True, text=True, check=False)
    assert (checked.returncode, checked.stderr) == (0, "")


@pytest.mark.parametrize("plan", CASES)
def test_aws_has_these_operations_and_options(plan: Plan) -> None:
    session = botocore.session.Session()
    found = re.findall(r"\baws ((?!s3 )[a-z0-9]+) (?!wait )([a-z0-9-]+)((?:[^|;>\n]|'[^']*')*)", "\n".join(lines(plan)))
    assert len(found) > 20
    for service, operation, words in found:
        model = session.get_service_model({"s3api": "s3"}.get(service, service))
        names = {xform_name(name, "-"): name for name in model.operation_names}
        assert operation in names, f"aws {service} {operation}"
        shape = model.operation_model(names[operation]).input_shape
        members = {xform_name(member, "-") for member in (shape.members if shape else {})}
        own = re.sub(r"\$\([^()]*\)", "", words).partition(")")[0]  # options of a command inside another are its own
        options = {option.removeprefix("no-") for option in re.findall(r"(?<= )--([a-z0-9-]+)", own)}
        assert options - {"query", "output"} <= members, f"aws {service} {operation}"


def test_names_are_those_of_the_plan_and_quoted() -> None:
    odd = data()
    odd["source"]["functions"][2]["triggers"][0]["rule"] = "nightly; rm -rf $HOME"
    found = "\n".join(lines(plan_from_json(odd, "odd")))
    assert "aws events disable-rule --name 'nightly; rm -rf $HOME'" in found
    assert "rm -rf" not in re.sub(r"'[^']*'", "", found)
    functions = r"--function-name \S+|FunctionName,Value=\S+|before-\S+|'\S+orders-nightly\S*'"
    assert "orders-nightly" not in re.sub(functions, "", found)


@pytest.mark.parametrize(
    ("step", "parts"),
    [
        ("quiesce_source", ("aws apigatewayv2 update-route --api-id a1b2c3", "aws events disable-rule --name orders-nightly")),
        ("stop_consumers", ("--no-enabled", "put-function-concurrency --function-name orders-worker")),
        ("switch_traffic", ("aws route53 change-resource-record-sets --hosted-zone-id Z123",)),
        ("enable_target", ("appsettings set --resource-group orders --name orders-func", ".process_order.Disabled=false")),
        ("deploy_infrastructure", ("az deployment group what-if", "az deployment group create --resource-group orders")),
        ("copy_secrets", ("aws secretsmanager get-secret-value --secret-id orders/signing-key", "az keyvault secret set")),
    ],
)  # fmt: skip
def test_a_key_step_is_done_by_these(step: str, parts: tuple[str, ...]) -> None:
    hand = dict(hands(PLAN))[step]
    assert all(part in "\n".join(hand.commands) for part in parts)
    assert hand.back


def test_a_secret_goes_from_vault_to_vault_and_nowhere_else() -> None:
    readers = [line for line in lines(PLAN) if any(word in line for word in SECRET_READERS)]
    assert readers
    assert all(
        re.search(r"^printf %s .*\n *\| az keyvault secret set .*--file /dev/stdin --output none$", line) for line in readers
    )


def test_what_follows_the_question_mark_of_an_address_is_not_shown() -> None:
    signed = PLAN.target.package.model_copy(update={"url": f"{PLAN.target.package.url}?sig=canary"})
    plan = PLAN.model_copy(update={"target": PLAN.target.model_copy(update={"package": signed})})
    assert "canary" not in "\n".join(dict(hands(plan))["deploy_code"].commands)


@pytest.mark.skipif(shutil.which("jq") is None, reason="jq is not installed")
@pytest.mark.parametrize("weight", [25, 100])
def test_weights_of_both_records_are_set_and_others_left_alone(weight: int, tmp_path: Path) -> None:
    plan = plan_with("zero-downtime", "route53")
    line = {"name": "shift_traffic", "arguments": {"weight": weight}}
    command = by_hand(plan, line).commands[0]
    rows = [
        ("orders.example.com.", "aws"),
        ("orders.example.com.", "azure"),
        ("orders.example.com.", "other"),
        ("a.b.", "azure"),
    ]
    records = [{"Name": name, "Type": "CNAME", "SetIdentifier": kind, "Weight": 7, "TTL": 3600} for name, kind in rows]
    (tmp_path / "all.json").write_text(json.dumps({"ResourceRecordSets": records}))
    listed = command.replace(command.split(" \\\n")[0], "cat all.json")
    subprocess.run(["bash", "-c", listed], cwd=tmp_path, check=True)
    changes = json.loads((tmp_path / f"to-azure-{weight}.json").read_text())["Changes"]
    told = {one["ResourceRecordSet"]["SetIdentifier"]: one["ResourceRecordSet"] for one in changes}
    assert {name: it["Weight"] for name, it in told.items()} == {"aws": 100 - weight, "azure": weight}
    assert {it["TTL"] for it in told.values()} == {60}
