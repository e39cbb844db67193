"""The way back from switched-on functions: to what was there, or to nothing once the package itself was brought back."""

from types import SimpleNamespace
from typing import Any

from activities.app_settings import switch, target_functions
from activities.step import Done, Failed
from activities.steps.enable_target import EnableTarget
from adapters.records import TargetFunction
from tests.activities.small_world import Remembered, Settings, work
from tests.plan.plans import example

NAMES = list(target_functions(example()))
OFF = {switch(name): "true" for name in NAMES}


class App(Settings):
    """An app that reports its functions as its settings say."""

    def functions(self) -> list[TargetFunction]:
        return [TargetFunction(name, "http", self.found.get(switch(name)) == "true") for name in NAMES]

    def sync_triggers(self) -> None:
        assert self.found, "a host without a package does not answer"


def brought_back(app: App, *, code: bool) -> Any:
    record = Remembered({"deploy_code": {}})
    record.back = {"deploy_code"} if code else set()
    step, before = EnableTarget(), {"switches": OFF}
    did = step.undo(work(record=record, app=app), before)
    return step.undone(work(did, record, app=app, web=SimpleNamespace()), before)


def test_functions_that_were_off_are_off_again() -> None:
    app = App({switch(name): "false" for name in NAMES})
    assert (brought_back(app, code=False), app.found) == (Done(), OFF)


def test_once_the_package_was_brought_back_nothing_of_it_is_set_again() -> None:
    app = App({})
    assert (brought_back(app, code=True), app.found) == (Done(), {})


class Deaf(App):
    """An app that keeps what it has."""

    def change_settings(self, change: dict[str, str], remove: list[str]) -> None:
        pass


def test_a_switch_that_does_not_read_back_is_told() -> None:
    app = Deaf({switch(name): "false" for name in NAMES})
    assert isinstance(brought_back(app, code=False), Failed)
