"""What every Schedules adapter keeps."""

import json

import pytest

from adapters.aws.schedules import EventBridgeRules
from adapters.errors import NotFound
from adapters.ports import Schedules
from tests.adapters.aws_resources import Aws


@pytest.fixture(params=[EventBridgeRules])
def port(request: pytest.FixtureRequest, aws: Aws) -> Schedules:
    made: Schedules = request.param(aws.session)
    return made


def test_snapshot_tells_expression_and_targets(port: Schedules, aws: Aws) -> None:
    function = aws.function()
    rule = aws.rule(function)
    assert port.snapshot(rule) == {
        "name": rule,
        "expression": "cron(0 2 * * ? *)",
        "enabled": True,
        "targets": [{"Id": "one", "Arn": aws.function_arn(function), "Input": '{"a": 1}'}],
    }


def test_off_and_on_again_is_as_before(port: Schedules, aws: Aws) -> None:
    rule = aws.rule(aws.function())
    before = port.snapshot(rule)
    port.set_enabled(rule, False)
    assert not port.enabled(rule)
    assert port.snapshot(rule) == before | {"enabled": False}
    port.set_enabled(rule, True)
    assert port.enabled(rule)
    assert json.dumps(port.snapshot(rule)) == json.dumps(before)


def test_switching_to_the_same_sends_nothing(port: Schedules, aws: Aws) -> None:
    rule = aws.rule(aws.function())
    port.set_enabled(rule, True)
    assert aws.changes == []
    port.set_enabled(rule, False)
    port.set_enabled(rule, False)
    assert len(aws.changes) == 1


def test_a_rule_that_does_not_exist_is_named(port: Schedules) -> None:
    for ask in (port.snapshot, port.enabled, lambda rule: port.set_enabled(rule, True)):
        with pytest.raises(NotFound, match="no-such-rule") as raised:
            ask("no-such-rule")
        assert "plan" in raised.value.mend
