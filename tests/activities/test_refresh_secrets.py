"""Secrets that were rotated while people were waited for are copied again before Azure serves anybody."""

from collections.abc import Callable
from typing import Any

import pytest

from activities.step import Done, Failed, Waiting, Work
from activities.steps.refresh_secrets import SETTING, RefreshSecrets
from adapters.records import Answer, TargetFunction
from tests.activities.small_world import Answers, Remembered, Settings, work

Json = dict[str, Any]


class Vault:
    """One secret on both sides, by the number of its version in AWS; every copy sets a version."""

    def __init__(self, aws: int = 1) -> None:
        self.aws, self.held = aws, [1]
        self.read = 0
        self.on_copy: Callable[[], None] = lambda: None

    def source_version(self, _source: str) -> str:
        return f"v{self.aws}"

    def target_versions(self, _vault: str, _name: str) -> list[str]:
        return [f"k{number}" for number in reversed(self.held)]

    def same(self, _source: str, _vault: str, _name: str) -> bool:
        self.read += 1
        return self.held[-1] == self.aws

    def copy(self, source: str, vault: str, name: str) -> str:
        if not self.same(source, vault, name):
            self.held.append(self.aws)
        self.on_copy()
        return self.target_versions(vault, name)[0]

    def remove(self, _vault: str, _name: str, keep: list[str]) -> None:
        assert keep
        self.held = [number for number in self.held if f"k{number}" in keep]


class App(Settings):
    """An app whose host is up, and whose references resolve unless told otherwise."""

    def __init__(self) -> None:
        super().__init__({})
        self.problems: dict[str, str] = {}
        self.up = True

    def reference_problems(self) -> dict[str, str]:
        return self.problems

    def functions(self) -> list[TargetFunction]:
        return [TargetFunction("health", "http", False)] if self.up else []

    def base_url(self) -> str:
        return "https://app"


class Memory(Remembered):
    def __init__(self, *, enabled: bool = True) -> None:
        copied: dict[str, Any] = {"copy_secrets": {"versions": {"orders-signing-key": []}}}
        super().__init__(copied | ({"enable_target": {}} if enabled else {}))

    def evidence(self, step: str) -> Any:
        return {"copy_secrets": {"source_versions": {"orders/signing-key": "v1"}}}.get(step)


class Stage:
    def __init__(self, vault: Vault, *answers: Answer, enabled: bool = True) -> None:
        self.vault, self.app, self.web = vault, App(), Answers(*(answers or (Answer(200),)))
        self.record = Memory(enabled=enabled)
        self.before = RefreshSecrets().snapshot(self.work())

    def work(self, did: Json | None = None) -> Work:
        return work(did, self.record, secrets=self.vault, app=self.app, web=self.web)

    def run(self, looks: int = 10) -> tuple[Any, int]:
        """The verdict, and the looks that it took."""
        step = RefreshSecrets()
        did = step.do(self.work(), self.before)
        for look in range(1, looks + 1):
            verdict = step.verify(self.work(did), self.before)
            if not isinstance(verdict, Waiting):
                return verdict, look
            did = verdict.remember or did
        return verdict, looks


def test_without_a_rotation_no_value_is_read_and_the_app_is_left_alone() -> None:
    stage = Stage(Vault())
    verdict, looks = stage.run()
    assert isinstance(verdict, Done)
    assert (looks, stage.vault.read, stage.app.found, stage.web.asked) == (1, 0, {}, [])


def test_a_rotated_secret_is_copied_and_the_app_is_told_and_awaited() -> None:
    stage = Stage(Vault(aws=2), Answer(503), Answer(200), Answer(503), Answer(200))
    verdict, looks = stage.run()
    assert isinstance(verdict, Done)
    assert stage.vault.held == [1, 2]
    assert SETTING in stage.app.found
    assert looks == 6, "three right answers in a row"


def test_an_app_that_is_not_enabled_yet_need_not_answer() -> None:
    stage = Stage(Vault(aws=2), Answer(503), enabled=False)
    assert isinstance(stage.run()[0], Done)
    assert stage.web.asked == []


@pytest.mark.parametrize("what", ["references", "host"])
def test_references_and_host_are_waited_for(what: str) -> None:
    stage = Stage(Vault(aws=2))
    if what == "references":
        stage.app.problems = {"ORDERS_SIGNING_KEY": "AccessToKeyVaultDenied"}
    else:
        stage.app.up = False
    assert isinstance(stage.run()[0], Waiting)


def test_a_rotation_while_it_is_copied_fails_and_the_next_try_copies_it() -> None:
    stage = Stage(Vault(aws=2))
    stage.vault.on_copy = lambda: setattr(stage.vault, "aws", 3)
    verdict, _ = stage.run()
    assert isinstance(verdict, Failed)
    assert "rotated while" in verdict.message
    assert isinstance(stage.run()[0], Done)
    assert stage.vault.held[-1] == 3


def test_the_way_back_leaves_the_versions_from_before() -> None:
    stage = Stage(Vault(aws=2))
    stage.run()
    for _ in range(2):
        RefreshSecrets().undo(stage.work(), stage.before)
        assert RefreshSecrets().undone(stage.work(), stage.before) == Done()
    assert (stage.vault.held, stage.app.found) == ([1], {})


def test_it_can_be_undone_after_the_secret_is_gone() -> None:
    stage = Stage(Vault(aws=2))
    stage.run()
    stage.vault.held, stage.record.back = [], {"copy_secrets"}
    RefreshSecrets().undo(stage.work(), stage.before)
    assert RefreshSecrets().undone(stage.work(), stage.before) == Done()


def test_a_secret_that_somebody_took_away_is_told() -> None:
    stage = Stage(Vault(aws=2))
    stage.run()
    stage.vault.held = []
    RefreshSecrets().undo(stage.work(), stage.before)
    assert isinstance(RefreshSecrets().undone(stage.work(), stage.before), Failed)
