"""What every SourceFunctions adapter keeps."""

import json
from datetime import timedelta

import pytest

from adapters.aws.functions import LambdaFunctions
from adapters.errors import NotFound
from adapters.ports import SourceFunctions
from tests.adapters.aws_resources import Aws, until


@pytest.fixture(params=[LambdaFunctions])
def port(request: pytest.FixtureRequest, aws: Aws) -> SourceFunctions:
    made: SourceFunctions = request.param(aws.session)
    return made


def test_snapshot_is_json_and_equal_while_nothing_changes(port: SourceFunctions, aws: Aws) -> None:
    name = aws.function(Environment={"Variables": {"TOKEN": "hush", "A": "1"}})
    before = port.snapshot(name)
    aws.client("lambda").invoke(FunctionName=name)
    assert json.dumps(port.snapshot(name)) == json.dumps(before)
    assert before["code_sha256"] == port.code_hash(name)
    assert before["version"] == "$LATEST"
    assert before["timeout_seconds"] == 5


def test_snapshot_names_variables_and_never_tells_their_values(port: SourceFunctions, aws: Aws) -> None:
    found = port.snapshot(aws.function(Environment={"Variables": {"TOKEN": "hush", "A": "1"}}))
    assert found["environment_names"] == ["A", "TOKEN"]
    assert "hush" not in json.dumps(found)


@pytest.mark.parametrize("reserved", [None, 3])
def test_concurrency_goes_to_zero_and_back_to_exactly_what_it_was(
    port: SourceFunctions, aws: Aws, reserved: int | None
) -> None:
    name = aws.function()
    port.set_concurrency(name, reserved)
    before = port.snapshot(name)
    port.set_concurrency(name, 0)
    assert port.concurrency(name) == 0
    assert port.snapshot(name) != before
    port.set_concurrency(name, reserved)
    assert port.concurrency(name) == reserved
    assert port.snapshot(name) == before


def test_setting_the_same_concurrency_sends_nothing(port: SourceFunctions, aws: Aws) -> None:
    name = aws.function()
    port.set_concurrency(name, None)
    assert aws.changes == []
    port.set_concurrency(name, 0)
    sent = list(aws.changes)
    port.set_concurrency(name, 0)
    assert aws.changes == sent
    assert len(sent) == 1


def test_invocations_counts_calls_of_this_function_only(port: SourceFunctions, aws: Aws) -> None:
    name, other = aws.function(), aws.function()
    assert port.invocations(name, timedelta(minutes=5)) == 0
    for _ in range(3):
        aws.client("lambda").invoke(FunctionName=name)
    assert until(lambda: port.invocations(name, timedelta(minutes=5)) == 3)
    assert port.invocations(other, timedelta(minutes=5)) == 0


def test_a_function_that_does_not_exist_is_named(port: SourceFunctions) -> None:
    for ask in (
        port.snapshot,
        port.code_hash,
        port.concurrency,
        lambda name: port.set_concurrency(name, 0),
        lambda name: port.invocations(name, timedelta(minutes=1)),
    ):
        with pytest.raises(NotFound, match="no-such-function") as raised:
            ask("no-such-function")
        assert "plan" in raised.value.mend
