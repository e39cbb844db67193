"""TargetApp: the function app is started, configured, listed and given domains; errors name the mend and no setting's value."""

import logging
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest
from azure.core.exceptions import HttpResponseError
from azure.keyvault.secrets import SecretClient
from azure.mgmt.web.models import StringDictionary

from adapters.azure.app import FunctionApp
from adapters.errors import AdapterError, Conflict, Denied, NotFound
from local.environment import Environment
from tests.contracts.azure_target import AzureTarget, function_app, until

SECRETS = {"MISSING": "never-set", "THERE": "contract"}


@pytest.fixture(scope="module")
def target(environment: Environment) -> Iterator[AzureTarget]:
    made = AzureTarget(environment.variables())
    yield made
    made.remove()


@pytest.fixture(scope="module")
def app(target: AzureTarget) -> FunctionApp:
    name = target.site(KEPT="as it was")
    found = target.app(name)
    target.package(name).publish(*target.blob(function_app("hello", "bye")))
    return found


def test_an_app_or_a_group_that_is_missing_does_not_exist(target: AzureTarget, app: FunctionApp) -> None:
    assert app.exists()
    assert not target.app("nobody").exists()
    assert not FunctionApp(target.clients, "no-such-group", "nobody").exists()


def test_questions_about_a_missing_app_are_refused_with_a_mend(target: AzureTarget) -> None:
    with pytest.raises(NotFound, match="function app nobody") as caught:
        target.app("nobody").running()
    assert "infrastructure" in caught.value.mend
    with pytest.raises(NotFound):
        target.app("nobody").functions()


def test_the_address_is_the_default_host_name_unless_the_plan_gives_one(target: AzureTarget, app: FunctionApp) -> None:
    assert app.base_url() == f"https://{app.host_name()}"
    assert app.host_name().endswith(".azurewebsites.net")
    assert FunctionApp(target.clients, target.group, "any", "http://127.0.0.1:1/").base_url() == "http://127.0.0.1:1"


def test_stop_and_start_may_be_repeated(app: FunctionApp) -> None:
    assert app.running()
    app.stop()
    app.stop()
    assert not app.running()
    app.start()
    app.start()
    assert app.running()


def test_settings_are_merged_and_others_stay(app: FunctionApp) -> None:
    app.change_settings({"ONE": "1", "TWO": "2"}, [])
    app.change_settings({"TWO": "zwei"}, ["ONE", "never-there"])
    found = app.settings()
    assert (found["KEPT"], found["TWO"]) == ("as it was", "zwei")
    assert "ONE" not in found


def test_nothing_is_sent_when_nothing_would_change(app: FunctionApp, caplog: pytest.LogCaptureFixture) -> None:
    app.change_settings({"SAME": "x"}, [])
    with caplog.at_level(logging.INFO, "azure.core.pipeline.policies.http_logging_policy"):
        caplog.clear()  # another test may have let the first change be logged
        app.change_settings({"SAME": "x"}, ["never-there"])
        assert "/config/appsettings/list" in caplog.text
        assert "'PUT'" not in caplog.text
        app.change_settings({"SAME": "y"}, [])
        assert "'PUT'" in caplog.text


def test_changes_of_many_threads_are_all_kept(app: FunctionApp) -> None:
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda number: app.change_settings({f"THREAD_{number}": "set"}, []), range(8)))
    assert {f"THREAD_{number}" for number in range(8)} <= app.settings().keys()


class Contested(FunctionApp):
    """Another writer puts its old copy of the settings back right after each of our first `times` writes."""

    times = 0

    def settings(self) -> dict[str, str]:
        found = super().settings()
        if "OURS" in found and self.times:
            self.times -= 1
            del found["OURS"]
            self._apps.update_application_settings(self._group, self._name, StringDictionary(properties=found))
        return found


def test_a_change_that_another_writer_undid_is_made_again(target: AzureTarget) -> None:
    contested = Contested(target.clients, target.group, target.site(THEIRS="1"))
    contested.times = 2
    contested.change_settings({"OURS": "2"}, [])
    assert contested.settings() == {"THEIRS": "1", "OURS": "2"}


def test_a_writer_that_never_gives_way_is_reported(target: AzureTarget) -> None:
    contested = Contested(target.clients, target.group, target.site(THEIRS="1"))
    contested.times = 99
    with pytest.raises(Conflict, match="another writer"):
        contested.change_settings({"OURS": "2"}, [])


def test_no_error_holds_a_settings_value(target: AzureTarget, app: FunctionApp) -> None:
    target.allow({"actions": ["*/read", "*/list/action"]})
    try:
        with pytest.raises(Denied) as caught:
            app.change_settings({"PASSWORD": "very-secret"}, [])
    finally:
        target.allow()
    assert "very-secret" not in str(caught.value) + caught.value.mend
    assert "azure-role.json" in caught.value.mend


def test_no_error_repeats_what_an_echoing_service_says(app: FunctionApp, monkeypatch: pytest.MonkeyPatch) -> None:
    def echo(_group: str, _name: str, sent: StringDictionary) -> None:
        error = HttpResponseError(f"not accepted: {sent.properties}")
        error.status_code = 400
        raise error

    monkeypatch.setattr(app._apps, "update_application_settings", echo)
    with pytest.raises(AdapterError) as caught:
        app.change_settings({"PASSWORD": "very-secret"}, [])
    assert caught.value.code == "invalid"
    assert "very-secret" not in str(caught.value)


def test_functions_tell_name_trigger_and_switch(app: FunctionApp) -> None:
    app.change_settings({"AzureWebJobs.bye.Disabled": "true"}, [])
    until(lambda: [(one.name, one.disabled) for one in app.functions()] == [("bye", True), ("hello", False)])
    assert {one.trigger for one in app.functions()} == {"http"}
    app.sync_triggers()
    app.change_settings({}, ["AzureWebJobs.bye.Disabled"])
    until(lambda: not any(one.disabled for one in app.functions()))


def test_a_broken_package_shows_no_functions(target: AzureTarget) -> None:
    name = target.site()
    assert target.app(name).functions() == []
    target.package(name).publish(*target.blob(function_app("hello", broken=True)))
    assert target.app(name).functions() == []


@pytest.mark.parametrize(
    ("status", "words"), [(503, "away"), (400, "Encountered an error (ServiceUnavailable) from host runtime.")]
)
def test_a_host_that_starts_shows_no_functions(
    app: FunctionApp, status: int, words: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def away(*_: object, **__: object) -> None:
        error = HttpResponseError(words)
        error.status_code = status
        raise error

    monkeypatch.setattr(app._apps, "list_functions", away)
    assert app.functions() == []
    words, status = "no", 403
    with pytest.raises(Denied):
        app.functions()


def test_references_that_do_not_resolve_are_told(target: AzureTarget, environment: Environment) -> None:
    vault = environment.endpoints.vault
    SecretClient(vault, target.credential).set_secret("contract", "value")
    references = {name: f"@Microsoft.KeyVault(SecretUri={vault}/secrets/{secret}/)" for name, secret in SECRETS.items()}
    name = target.site(**references, PLAIN="text")
    problems = target.app(name).reference_problems()
    assert list(problems) == ["MISSING"]
    assert problems["MISSING"].startswith("SecretNotFound")


def test_domains_are_bound_once_and_taken_off(target: AzureTarget, app: FunctionApp) -> None:
    assert app.bound_domains() == []
    app.bind_domain("orders.example.com", None)
    app.bind_domain("orders.example.com", "0123456789ABCDEF0123456789ABCDEF01234567")
    assert app.bound_domains() == ["orders.example.com"]
    app.unbind_domain("orders.example.com")
    app.unbind_domain("orders.example.com")
    assert app.bound_domains() == []
    FunctionApp(target.clients, "no-such-group", "nobody").unbind_domain("orders.example.com")
