"""The rooms of the repository keep to themselves; every rule is also shown to notice."""

import statistics
import subprocess
from pathlib import Path

import pytest

from tests.boundaries import PRODUCT, Source, complaints

ROOT = Path(__file__).resolve().parents[1]


def tracked() -> list[Source]:
    listed = subprocess.run(["git", "ls-files", "*.py"], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    return [Source(path, (ROOT / path).read_text()) for path in listed.splitlines() if (ROOT / path).exists()]


def test_every_room_keeps_its_boundaries() -> None:
    assert complaints(tracked()) == []


def test_files_are_small() -> None:
    lengths = [len(source.text.splitlines()) for source in tracked() if source.room in PRODUCT]
    assert len(lengths) > 100
    assert statistics.median(lengths) < 90


A_STEP = "from activities.step import Step\nclass X(Step): ...\n"
STEP = Source("activities/steps/bake.py", '"""A step."""\nfrom activities.step import Step\nclass Bake(Step): ...\n')


@pytest.mark.parametrize(
    ("path", "code", "complaint"),
    [
        ("plan/model.py", "from ledger.runs import Run", "imports ledger"),
        ("plan/model.py", "def f():\n    import local.host", "imports local"),
        ("api/start.py", "import examples.orders.seed", "imports examples"),
        ("adapters/web.py", "from tests.plan import plans", "imports tests"),
        ("ledger/runs.py", "from bench import copy", "imports bench"),
        ("adapters/aws/x.py", "from activities.step import Step", "imports activities"),
        ("adapters/aws/x.py", "from orchestrators import saga", "imports orchestrators"),
        ("adapters/aws/x.py", "from api import start", "imports api"),
        ("bridge/ladder.py", "from plan.model import Plan", "imports plan"),
        ("bridge/ladder.py", "from adapters.errors import AdapterError", "imports adapters"),
        ("adapters/states/x.py", "from bridge.ladder import Ladder", "imports bridge.ladder"),
        ("activities/x.py", "from bridge.place import RUNGS", "imports bridge"),
        ("cli/app.py", "from ledger.ledger import open_ledger", "imports ledger"),
        ("cli/app.py", "from api.start import start", "imports api"),
        ("approvals/decide.py", "from activities import gates", "imports activities"),
        ("api/start.py", "from adapters.world import World", "imports adapters"),
        ("api/start.py", "from activities.step import Step", "imports activities"),
        ("local/host.py", "from plan.model import Plan", "imports plan"),
        ("examples/orders/azure/store.py", "from local.host import run", "imports local"),
        ("plan/model.py", "from . import fields", "relative path"),
        ("api/start.py", 'import importlib\nimportlib.import_module("local.host")', "imports by import_module"),
        ("secret/room.py", "", "no known room"),
        ("activities/x.py", "import boto3", "imports the SDK boto3"),
        ("activities/x.py", "from botocore.client import Config", "imports the SDK botocore.client"),
        ("activities/x.py", "from azure.identity import DefaultAzureCredential", "imports the SDK azure.identity"),
        ("api/start.py", "import azure.data.tables", "imports the SDK azure.data.tables"),
        ("manual/recorder.py", "from azure import identity", "imports the SDK azure.identity"),
        ("activities/gates.py", "import azure.durable_functions as df", "belongs to the host's edge"),
        ("ledger/runs.py", "from durabletask import task", "belongs to the host's edge"),
        ("manual/markdown.py", "from durabletask.task import Task", "belongs to the host's edge"),
        ("activities/x.py", 'import os\nos.environ["DAYZERO_LEDGER_TABLES"]', "names the ledger's tables"),
        ("activities/x.py", "from ledger.storage import Storage", "imports ledger.storage"),
        ("activities/gates.py", "from adapters.wiring import world_for", "imports adapters.wiring"),
        ("orchestrators/saga.py", "from activities.context import workplace", "imports activities.context"),
        ("orchestrators/saga.py", "from adapters.world import World", "imports adapters"),
        ("orchestrators/saga.py", "from ledger.runs import Run", "imports ledger"),
        ("orchestrators/saga.py", "import time", "imports time"),
        ("orchestrators/saga.py", "import random", "imports random"),
        ("orchestrators/saga.py", "from uuid import uuid4", "imports uuid"),
        ("orchestrators/saga.py", "from datetime import datetime\ndatetime.now()", "asks the clock by now"),
        ("orchestrators/saga.py", "def f(aws_ready: bool): ...", "names aws"),
        ("orchestrators/saga.py", 'why = f"back to {1} on AWS"', "names aws"),
        ("orchestrators/saga.py", "class Route53Switch: ...", "names route53"),
        ("orchestrators/saga.py", "import azure.durable_functions", "not the same when history is replayed"),
        (
            "activities/steps/x.py",
            A_STEP + "from activities.steps.bake import Bake",
            "another step",
        ),
        ("activities/steps/x.py", A_STEP + "from ledger.runs import Run", "work.record"),
        ("activities/x.py", A_STEP, "outside of activities/steps"),
        (
            "activities/steps/x.py",
            A_STEP + "from activities import gates",
            "not for steps",
        ),
        ("adapters/a/b/c.py", "", "more than two folders deep"),
        ("plan/long.py", "\n" * 300, "has 301 lines"),
    ],
)
def test_a_broken_rule_is_noticed(path: str, code: str, complaint: str) -> None:
    found = complaints([STEP, Source(path, f'"""A room."""\n{code}')])
    assert any(complaint in line and line.startswith(path) for line in found), found


def test_a_file_without_a_docstring_is_noticed() -> None:
    assert complaints([Source("plan/x.py", "import re\n")]) == ["plan/x.py: has no module docstring"]


def test_what_keeps_the_rules_is_left_alone() -> None:
    fine = [
        STEP,
        Source("orchestrators/saga.py", '"""AWS and Azure in words."""\nimport activities.steps.bake\n"""Route 53."""\n'),
        Source("ledger/storage.py", '"""Tables."""\nfrom azure.data.tables import TableServiceClient\n'),
        Source("adapters/states/x.py", '"""Ladder."""\nfrom bridge.book import Book\n'),
        Source("bridge/aws.py", '"""Session."""\nimport boto3\n'),
        Source("activities/context.py", '"""Where."""\nfrom adapters.wiring import world_for\n'),
        Source("api/start.py", '"""Start."""\nimport azure.functions as func\nfrom orchestrators.options import options\n'),
    ]
    assert complaints(fine) == []
