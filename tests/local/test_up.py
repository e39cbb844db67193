"""`make up` and `make down`: one environment in the background, found again, and never somebody else's process ended."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import httpx
import psutil
import pytest

from local.processes import ROOT, clean_environment
from local.up import running


def up(command: str, folder: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "local.up", command, str(folder)],
        cwd=ROOT, env=clean_environment(), capture_output=True, text=True, timeout=90, check=False,
    )  # fmt: skip


@pytest.fixture
def folder(tmp_path: Path) -> Iterator[Path]:
    yield tmp_path / "up"
    up("stop", tmp_path / "up")


def test_it_runs_in_the_background_until_it_is_stopped(folder: Path) -> None:
    started = up("start", folder)
    assert started.returncode == 0, started.stderr
    endpoints = json.loads((folder / "environment.json").read_text())
    assert endpoints["aws"] in started.stdout
    assert httpx.get(f"{endpoints['aws']}/_ministack/health", trust_env=False).status_code == 200
    known = running(folder)
    assert known is not None
    parts = known.children(recursive=True)
    assert up("start", folder).returncode == 0
    assert running(folder) == known
    variables = folder / "variables.sh"
    shell = subprocess.run(["bash", "-c", f". {variables}; echo $TARGET_TABLES"], capture_output=True, text=True, check=True)
    assert shell.stdout.strip() == f"{endpoints['tables']}/ordersdata"
    assert variables.stat().st_mode & 0o077 == 0
    assert up("stop", folder).returncode == 0
    assert psutil.wait_procs([known, *parts], timeout=10)[1] == []
    assert not variables.exists()


def test_a_process_that_only_has_the_same_pid_is_left_alone(folder: Path) -> None:
    folder.mkdir()
    (folder / "process.json").write_text(json.dumps({"pid": os.getpid(), "created": psutil.Process().create_time() - 100}))
    stopped = up("stop", folder)
    assert (stopped.returncode, "No environment is running" in stopped.stdout) == (0, True)


def test_nothing_to_stop_is_no_error(folder: Path) -> None:
    assert up("stop", folder).returncode == 0
