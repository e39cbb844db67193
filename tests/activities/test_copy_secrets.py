"""Copying secrets: the settings that refer to them are read back, for nobody reports on one that is not there."""

from types import SimpleNamespace
from typing import Any

import pytest

from activities.step import Done, Failed, Waiting, Work
from activities.steps.copy_secrets import CopySecrets
from tests.activities.small_world import Settings, work

SETTING = "ORDERS_SIGNING_KEY"


class App(Settings):
    def __init__(self) -> None:
        super().__init__({})
        self.problems: dict[str, str] = {}

    def reference_problems(self) -> dict[str, str]:
        return self.problems


@pytest.fixture
def app() -> App:
    return App()


def secrets_at(app: App) -> Work:
    vault: dict[str, Any] = {
        "target_versions": lambda *_: [],
        "source_version": lambda *_: "v1",
        "copy": lambda *_: "k1",
        "same": lambda *_: True,
    }
    return work(secrets=SimpleNamespace(**vault), app=app)


def test_a_setting_that_somebody_took_away_fails_the_step(app: App) -> None:
    step, deeds = CopySecrets(), secrets_at(app)
    before = step.snapshot(deeds)
    step.do(deeds, before)
    assert isinstance(step.verify(deeds, before), Done)
    del app.found[SETTING]
    found = step.verify(deeds, before)
    assert isinstance(found, Failed)
    assert (SETTING in found.message, found.code) == (True, "drift")


def test_a_reference_of_the_template_is_a_setting_that_is_there(app: App) -> None:
    app.found[SETTING] = "@Microsoft.KeyVault(VaultName=orders-vault;SecretName=orders-signing-key)"
    step, deeds = CopySecrets(), secrets_at(app)
    step.do(deeds, step.snapshot(deeds))
    assert isinstance(step.verify(deeds, {}), Done)


def test_a_reference_that_does_not_resolve_is_waited_for(app: App) -> None:
    step, deeds = CopySecrets(), secrets_at(app)
    step.do(deeds, step.snapshot(deeds))
    app.problems = {SETTING: "AccessToKeyVaultDenied"}
    assert isinstance(step.verify(deeds, {}), Waiting)
