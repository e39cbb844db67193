"""Lists in the documents are the code's: steps, routes, settings, error codes. A new one without a line fails here."""

import ast
import json
import re
import subprocess
import sys
from collections.abc import Iterator
from itertools import groupby
from pathlib import Path
from typing import Any

import pytest

from manual.recorder import record
from orchestrators.strategies import RUNBOOKS
from plan.model import Strategy
from plan.strategies import NEEDS
from tests.docs.pages import ROOT, page, spans
from tests.plan.plans import example

ROOMS = ("activities", "adapters", "api", "approvals", "cli", "ledger", "manual", "orchestrators", "plan", "rehearsal")
LIST_ROUTES = """
import json, function_app
bindings = [b for f in function_app.app.get_functions() for b in f.get_bindings() if b.type == "httpTrigger"]
print(json.dumps([[str(getattr(m, "value", m)), b.route] for b in bindings for m in b.methods]))
"""


def trees(*rooms: str) -> Iterator[tuple[Path, ast.AST]]:
    """Every node of the code of these rooms, with its file."""
    for room in rooms:
        for path in sorted((ROOT / room).rglob("*.py")):
            for node in ast.walk(ast.parse(path.read_text())):
                yield path, node


def texts(node: ast.AST | None) -> set[str]:
    """The node's text, if it is one."""
    return {node.value} if isinstance(node, ast.Constant) and isinstance(node.value, str) else set()


def lines(strategy: Strategy) -> list[dict[str, Any]]:
    """The runbook of this strategy, with a ramp of one weight."""
    plan = example()
    return record(plan.model_copy(update={"strategy": strategy, "traffic": plan.traffic.model_copy(update={"ramp": [100]})}))


def told_of(strategy: str, where: str) -> bool:
    """Whether a row belongs to the strategy, by its column of strategies."""
    return where == "all" or strategy.removesuffix("-downtime") in where.split(", ")


@pytest.mark.parametrize("strategy", RUNBOOKS)
def test_the_strategies_page_has_every_line_of_the_runbook_in_its_order(strategy: Strategy) -> None:
    shown = page("docs/strategies.md")
    after = ("Zero downtime",) if strategy == "zero-downtime" else ("The live copy", "The window", "After the window")
    parts = [shown.rows(heading) for heading in ("Prepare", *after)]
    rows = [row for part in parts for row in part if told_of(strategy, row[2])]
    told = [(spans(name)[0], owner) for name, owner, *_ in rows]
    assert told == [(line["name"], "gate" if line["kind"] == "gate" else line["owner"]) for line in lines(strategy)]


def test_the_strategies_page_says_which_strategies_can_be_run() -> None:
    rows = page("docs/strategies.md").rows("The strategies, step by step")
    assert [spans(name)[0] for name, *_ in rows] == list(NEEDS)
    assert [spans(name)[0] for name, *_, state in rows if state == "works"] == [name for name in NEEDS if name in RUNBOOKS]


@pytest.mark.parametrize("strategy", RUNBOOKS)
def test_the_failback_page_undoes_every_step_that_can_be_undone_last_first(strategy: Strategy) -> None:
    steps = [line["name"] for line in lines(strategy) if line["kind"] == "step"]
    before_the_end = steps[: steps.index("bake") + 1]
    rows = page("docs/failback.md").rows("Without downtime" if strategy == "zero-downtime" else "The order")
    told = [name for row in rows if told_of(strategy, row[1]) for name in spans(row[0])]
    assert told == [name for name, _ in groupby(before_the_end[::-1])]


def test_the_doors_page_has_exactly_the_routes_of_the_app() -> None:
    told = subprocess.run([sys.executable, "-c", LIST_ROUTES], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    prefix = json.loads((ROOT / "host.json").read_text())["extensions"]["http"]["routePrefix"]
    routes = {f"{method} /{prefix}/{route}" for method, route in json.loads(told.splitlines()[-1])}
    assert {name for name in page("docs/http.md").names("Routes") if "/" in name} == routes


def test_the_doors_page_has_exactly_the_problems_that_doors_answer() -> None:
    calls = (node for _, node in trees("api") if isinstance(node, ast.Call) and ast.unparse(node.func) == "Problem")
    titles = {title for call in calls for title in texts(call.args[1])}
    assert set(page("docs/http.md").cells("Errors")) == titles


def test_the_deployment_page_has_exactly_the_settings_that_the_code_reads() -> None:
    read: set[str] = set()
    for _, node in trees(*ROOMS):
        match node:
            case ast.Call(func=ast.Attribute(attr="get", value=found)) if "environ" in ast.unparse(found):
                read |= texts(node.args[0])
            case ast.Subscript(value=found) if "environ" in ast.unparse(found):
                read |= texts(node.slice)
            case ast.keyword(arg="envvar"):
                read |= texts(node.value)
            case ast.Constant(value=str(text)) if re.fullmatch(r"DAYZERO_[A-Z_]+", text):
                read.add(text)
    assert read >= {"DAYZERO_LEDGER_TABLES", "DAYZERO_ARM_ENDPOINT", "DAYZERO_KEY"}
    shown = page("docs/deploy.md")
    of_the_target = {"DAYZERO_PACKAGE"}
    assert set(shown.names("Settings")) >= read - of_the_target
    assert "`DAYZERO_PACKAGE`" in shown.text
    ours = {name for name in shown.names("Settings") if name.startswith("DAYZERO_")}
    assert ours == {name for name in read - of_the_target if name.startswith("DAYZERO_")}


def test_the_deployment_page_has_every_setting_of_the_template() -> None:
    block = re.search(
        r"name: 'appsettings'\s+properties: union\(\{(.*?)\n    \}", (ROOT / "infra/main.bicep").read_text(), re.DOTALL
    )
    assert block
    assert set(re.findall(r"^\s*(\w+): ", block[1], re.MULTILINE)) <= set(page("docs/deploy.md").names("Settings"))


def test_the_troubleshooting_page_has_exactly_the_error_codes() -> None:
    codes: set[str] = set()
    for path, node in trees("adapters", "activities"):
        match node:
            case ast.Call(func=found, args=[first, *_]) if ast.unparse(found) in {"AdapterError", "_Kind"}:
                codes |= texts(first)
            case ast.Call(func=ast.Attribute(attr="__init__"), args=[first, *_]) if path.match("adapters/errors.py"):
                codes |= texts(first)
            case ast.Call(func=ast.Name(id="Failed"), args=[_, _, third, *_]):
                codes |= texts(third)
            case ast.Dict():
                pairs = zip(node.keys, node.values, strict=True)
                codes |= {code for key, value in pairs if texts(key) == {"code"} for code in texts(value)}
            case ast.AnnAssign(target=ast.Name(id="code"), value=default):
                codes |= texts(default)
    assert {"not-found", "drift", "timeout", "not-as-expected"} <= codes
    assert {cell.strip("`") for cell in page("docs/troubleshooting.md").cells("Error codes")} == codes
