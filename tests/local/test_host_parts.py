"""Parts of the local host that need no process: routes, settings, host.json, keys."""

import json
from pathlib import Path

import pytest

from local.functions.hostconfig import load_host_config
from local.functions.keys import AuthLevel, Keys
from local.functions.routes import Route, in_order, path_segments
from local.functions.settings import SettingMissing, is_disabled, load_settings, resolve


@pytest.mark.parametrize(
    ("template", "path", "values"),
    [
        ("api/orders", "/API/Orders/", {}),
        ("orders/{id?}", "/orders", {}),
        ("orders/{id?}", "/orders/7", {"id": "7"}),
        ("orders/{id=first}", "/orders", {"id": "first"}),
        ("files/{*path}", "/files/a/b%2Fc", {"path": "a/b%2Fc"}),
        ("files/{name}.{ext}", "/files/report.pdf", {"name": "report", "ext": "pdf"}),
        ("n/{id:int:min(3)}", "/n/3", {"id": "3"}),
        ("n/{id:int:min(3)}", "/n/2", None),
        ("g/{id:guid}", "/g/11111111-2222-3333-4444-555555555555", {"id": "11111111-2222-3333-4444-555555555555"}),
        ("g/{id:guid}", "/g/1", None),
        (r"z/{code:regex(^\d{{4}}$)}", "/z/1234", {"code": "1234"}),
        (r"z/{code:regex(^\d{{4}}$)}", "/z/12345", None),
        ("l/{name:length(2,3)}", "/l/abcd", None),
        ("a/{name:alpha}", "/a/b1", None),
        ("", "/", {}),
        ("orders", "/orders/7", None),
    ],
)
def test_route_templates(template: str, path: str, values: dict[str, str] | None) -> None:
    assert Route(template).match(path_segments(path)) == values


def test_an_unknown_constraint_is_refused() -> None:
    with pytest.raises(ValueError, match="unknown constraint 'colour'"):
        Route("a/{b:colour}")


def test_the_more_specific_route_comes_first() -> None:
    templates = ["a/{*rest}", "a/{id}", "a/b", "a/{id:int}"]
    assert [route.template for route, _ in in_order((Route(it), it) for it in templates)] == [
        "a/b", "a/{id:int}", "a/{id}", "a/{*rest}",
    ]  # fmt: skip


def test_settings_in_bindings() -> None:
    assert resolve("%A%-%B%", {"A": "x", "B": "y"}) == "x-y"
    with pytest.raises(SettingMissing, match="'GONE' is missing"):
        resolve("%GONE%", {})


@pytest.mark.parametrize("name", ["AzureWebJobs.f.Disabled", "AzureWebJobs_f_Disabled", "AzureWebJobs__f__Disabled"])
@pytest.mark.parametrize(("value", "expected"), [("true", True), ("True", True), ("1", True), ("false", False), ("0", False)])
def test_disabled(name: str, value: str, expected: bool) -> None:
    assert is_disabled("f", {name: value}) is expected
    assert not is_disabled("g", {name: value})


def test_local_settings_complete_the_environment(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FIRST", "environment")
    monkeypatch.delenv("SECOND", raising=False)
    (tmp_path / "local.settings.json").write_text(json.dumps({"Values": {"FIRST": "file", "SECOND": "file"}}))
    settings = load_settings(tmp_path)
    assert (settings["FIRST"], settings["SECOND"]) == ("environment", "file")
    monkeypatch.delenv("SECOND")


def test_host_json_and_settings_over_it(tmp_path: Path) -> None:
    assert load_host_config(tmp_path, {}).queues.batch_size == 16
    document = {"extensions": {"http": {"routePrefix": ""}, "queues": {"batchSize": 8, "visibilityTimeout": "00:00:30"}}}
    (tmp_path / "host.json").write_text(json.dumps(document))
    config = load_host_config(tmp_path, {"AzureFunctionsJobHost__extensions__queues__maxDequeueCount": "2"})
    assert (config.route_prefix, config.queues.batch_size, config.queues.new_batch_threshold) == ("", 8, 4)
    assert (config.queues.max_dequeue_count, config.queues.visibility_timeout.total_seconds()) == (2, 30)
    with pytest.raises(ValueError, match="it must be from 1 to 32"):
        load_host_config(tmp_path, {"AzureFunctionsJobHost__extensions__queues__batchSize": "33"})


def test_keys_are_made_once_and_read_anew_when_the_file_changes(tmp_path: Path) -> None:
    file = tmp_path / "keys.json"
    keys = Keys(file)
    made = json.loads(file.read_text())
    assert Keys(file).is_master(made["masterKey"])
    assert keys.opens(AuthLevel.FUNCTION, "f", made["functionKeys"]["default"])
    made["functionKeys"]["second"] = "another-host-key"
    file.write_text(json.dumps(made))
    assert keys.opens(AuthLevel.FUNCTION, "f", "another-host-key")
    assert not keys.opens(AuthLevel.ADMIN, "f", "another-host-key")
