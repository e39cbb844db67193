"""Durable's HTTP API on the local host: codes, shapes, filters, keys, as documented."""

from collections.abc import Iterator
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest

from tests.local.hosting import RunningHost, eventually, running_host

INSTANCES = "/runtime/webhooks/durabletask/instances"


@pytest.fixture(scope="module")
def host(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningHost]:
    settings = {"AZURE_FUNCTIONS_DURABLE_STRICT_TYPING": "1", "AzureWebJobs_double_Disabled": "0"}
    with running_host("durable", tmp_path_factory.mktemp("durable"), **settings) as running:
        yield running


def waiting(host: RunningHost) -> dict[str, str]:
    links = host.begin("approval")
    eventually(lambda: host.status(links)["customStatus"] == {"phase": "waiting"})
    return links


def test_status_of_a_running_and_a_finished_instance(host: RunningHost) -> None:
    links = waiting(host)
    running = host.call("GET", links["statusQueryGetUri"], key=None)
    assert (running.status_code, running.json()["runtimeStatus"]) == (202, "Running")
    assert running.headers["retry-after"] == "10"
    assert f"{INSTANCES}/{links['id']}" in running.headers["location"]
    raised = host.call("POST", links["sendEventPostUri"].replace("{eventName}", "Approval"), key=None, json={"by": "a"})
    assert (raised.status_code, raised.content) == (202, b"")
    ended = host.ended(links)
    assert host.call("GET", links["statusQueryGetUri"], key=None).status_code == 200
    assert set(ended) == {
        "name", "instanceId", "runtimeStatus", "input", "customStatus", "output", "createdTime", "lastUpdatedTime",
    }  # fmt: skip
    assert (ended["name"], ended["output"], ended["customStatus"]) == (
        "approval",
        {"approved": {"by": "a"}},
        {"phase": "waiting"},
    )
    assert len(ended["createdTime"]) == len("2026-01-31T23:59:59Z")


def test_history_input_and_output_are_shown_when_asked_for(host: RunningHost) -> None:
    links = host.begin("in_a_row", {"times": 2})
    host.ended(links)
    history = host.status(links, showHistory="true", showInput="false")
    assert history["input"] is None
    kinds = [event["EventType"] for event in history["historyEvents"]]
    assert kinds == ["ExecutionStarted", "TaskCompleted", "TaskCompleted", "ExecutionCompleted"]
    assert "Result" not in history["historyEvents"][1]
    with_output = host.status(links, showHistory="true", showHistoryOutput="true")
    assert [event.get("Result") for event in with_output["historyEvents"]][1:] == [0, 2, 2]
    assert with_output["historyEvents"][1]["FunctionName"] == "double"
    assert with_output["input"] == {"times": 2}


def test_a_failed_instance_tells_why(host: RunningHost) -> None:
    links = host.begin("fails", {"message": "no such luck"})
    ended = host.ended(links)
    assert ended["runtimeStatus"] == "Failed"
    assert "no such luck" in ended["output"]
    asked = host.call("GET", links["statusQueryGetUri"] + "&returnInternalServerErrorOnFailure=true", key=None)
    assert (host.call("GET", links["statusQueryGetUri"], key=None).status_code, asked.status_code) == (200, 500)


def test_suspend_resume_and_terminate(host: RunningHost) -> None:
    links = waiting(host)
    assert host.call("POST", links["suspendPostUri"].replace("{text}", "wait"), key=None).status_code == 202
    eventually(lambda: host.status(links)["runtimeStatus"] == "Suspended")
    host.call("POST", f"{INSTANCES}/{links['id']}/raiseEvent/Approval", json=1)
    assert host.status(links)["runtimeStatus"] == "Suspended"
    assert host.call("POST", links["resumePostUri"].replace("{text}", "go"), key=None).status_code == 202
    assert host.ended(links)["output"] == {"approved": 1}
    other = waiting(host)
    assert host.call("POST", other["terminatePostUri"].replace("{text}", "enough"), key=None).status_code == 202
    ended = host.ended(other)
    assert (ended["runtimeStatus"], ended["output"]) == ("Terminated", "enough")


def test_what_is_unknown_is_404_and_what_has_ended_is_410(host: RunningHost) -> None:
    ended = host.begin("in_a_row", {"times": 0})
    host.ended(ended)
    for operation in ("raiseEvent/Approval", "terminate", "suspend", "resume", "rewind"):
        assert host.call("POST", f"{INSTANCES}/nobody/{operation}", json=1).status_code == 404
        assert host.call("POST", f"{INSTANCES}/{ended['id']}/{operation}", json=1).status_code == 410
    for method in ("GET", "DELETE"):
        assert host.call(method, f"{INSTANCES}/nobody").status_code == 404
    assert host.call("POST", f"{INSTANCES}/nobody/restart").status_code == 404
    assert host.call("POST", f"{INSTANCES}/{ended['id']}/raiseEvent/Approval", content=b"{").status_code == 400


def test_restart_with_a_new_and_with_the_same_id(host: RunningHost) -> None:
    links = host.begin("in_a_row", {"times": 3})
    first = host.ended(links)
    anew = host.call("POST", links["restartPostUri"], key=None)
    assert anew.status_code == 202
    assert anew.json()["id"] != links["id"]
    assert host.ended(anew.json())["output"] == first["output"]
    again = host.call("POST", links["restartPostUri"] + "&restartWithNewInstanceId=false", key=None)
    assert again.json()["id"] == links["id"]
    assert host.ended(links)["output"] == first["output"]


def test_start_by_name(host: RunningHost) -> None:
    start = "/runtime/webhooks/durabletask/orchestrators"
    begun = host.call("POST", f"{start}/approval/my-own-id", json=None)
    assert (begun.status_code, begun.json()["id"]) == (202, "my-own-id")
    assert host.call("POST", f"{start}/approval/my-own-id").status_code == 409
    assert host.call("POST", f"{start}/nothing-like-it").status_code == 400
    host.call("POST", f"{INSTANCES}/my-own-id/terminate")
    host.ended({"id": "my-own-id"})
    assert host.call("POST", f"{start}/in_a_row/my-own-id", json={"times": 1}).status_code == 202
    assert host.ended({"id": "my-own-id"})["runtimeStatus"] == "Completed"


def test_list_with_filters_pages_and_continuation_then_purge(host: RunningHost) -> None:
    ids = [f"listed-{number}" for number in range(5)]
    for number, instance_id in enumerate(ids):
        name = "approval" if number == 4 else "in_a_row"
        host.call("POST", f"/runtime/webhooks/durabletask/orchestrators/{name}/{instance_id}", json={"times": 1})
    for instance_id in ids[:4]:
        host.ended({"id": instance_id})

    def listed(token: str | None = None, **query: str) -> tuple[list[str], str | None]:
        headers = {"x-ms-continuation-token": token} if token else {}
        answer = host.call("GET", INSTANCES, params={"instanceIdPrefix": "listed-"} | query, headers=headers)
        return [it["instanceId"] for it in answer.json()], answer.headers.get("x-ms-continuation-token")

    assert listed() == (ids, None)
    page, token = listed(top="2")
    assert page == ids[:2]
    page, token = listed(token, top="2")
    assert page == ids[2:4]
    assert listed(token, top="2") == (ids[4:], None)
    assert listed(runtimeStatus="Running,Pending") == (ids[4:], None)
    assert listed(createdTimeTo="2000-01-01T00:00:00Z") == ([], None)
    assert listed(createdTimeFrom="2000-01-01T00:00:00Z")[0] == ids
    assert host.call("GET", INSTANCES, params={"runtimeStatus": "Sleeping"}).status_code == 400
    assert host.call("DELETE", INSTANCES, params={"createdTimeTo": "2000-01-01T00:00:00Z"}).status_code == 404
    purged = host.call("DELETE", INSTANCES, params={"createdTimeFrom": "2000-01-01T00:00:00Z", "runtimeStatus": "Completed"})
    assert purged.json()["instancesDeleted"] >= 4
    assert listed() == (ids[4:], None)


def test_a_function_that_is_no_coroutine_gets_a_client_too(host: RunningHost) -> None:
    assert host.call("POST", "/api/ask/in_a_row", key="default", json={"times": 4}).text == "12"


def test_only_the_extensions_key_or_the_master_key_opens(host: RunningHost) -> None:
    links = waiting(host)
    assert parse_qs(urlsplit(links["statusQueryGetUri"]).query)["code"] == [host.keys["systemKeys"]["durabletask_extension"]]
    path = f"{INSTANCES}/{links['id']}"
    assert host.call("GET", path, key=None).status_code == 401
    assert host.call("GET", path, key="default").status_code == 401
    assert host.call("GET", path, key="masterKey").status_code == 202


def test_a_disabled_activity_fails_whoever_calls_it(tmp_path: Path) -> None:
    with running_host("durable", tmp_path, **{"AzureWebJobs.double.Disabled": "1"}) as host:
        ended = host.ended(host.begin("in_a_row", {"times": 1}))
        assert ended["runtimeStatus"] == "Failed"
        assert "is disabled" in ended["output"]
        unknown = host.begin("no_such_orchestrator")
        assert "doesn't exist" in host.ended(unknown)["output"]
