"""What every Retirement adapter keeps: what is named goes, nothing else does, and twice is once."""

import pytest

from adapters.aws.functions import LambdaFunctions
from adapters.aws.mappings import LambdaMappings
from adapters.aws.retirement import LambdaRetirement
from adapters.aws.schedules import EventBridgeRules
from adapters.errors import NotFound
from adapters.retiring import Retirement
from tests.adapters.aws_resources import Aws, until


@pytest.fixture(params=[LambdaRetirement])
def port(request: pytest.FixtureRequest, aws: Aws) -> Retirement:
    made: Retirement = request.param(aws.session)
    return made


def gone(aws: Aws, function: str) -> bool:
    try:
        LambdaFunctions(aws.session).code_hash(function)
    except NotFound:
        return True
    return False


def test_a_function_is_deleted_and_no_other(port: Retirement, aws: Aws) -> None:
    function, other = aws.function(), aws.function()
    for _ in range(2):
        port.remove_function(function)
    assert gone(aws, function)
    assert not gone(aws, other)


def test_a_mapping_is_deleted_and_its_queue_stays(port: Retirement, aws: Aws) -> None:
    function, (queue, url) = aws.function(), aws.queue()
    uuid = aws.mapping(function, queue)
    for _ in range(2):
        port.remove_mapping(uuid)
    assert until(lambda: LambdaMappings(aws.session).snapshot(function) == [])
    assert aws.client("sqs").get_queue_url(QueueName=queue)["QueueUrl"] == url


def test_a_rule_that_serves_only_these_functions_is_deleted(port: Retirement, aws: Aws) -> None:
    function = aws.function()
    rule = aws.rule(function)
    assert port.remove_rule(rule, [function])
    with pytest.raises(NotFound):
        EventBridgeRules(aws.session).enabled(rule)
    assert port.remove_rule(rule, [function]), "twice is once"


def test_a_rule_that_serves_others_loses_these_functions_only(port: Retirement, aws: Aws) -> None:
    function, other = aws.function(), aws.function()
    rule = aws.rule(function)
    aws.client("events").put_targets(Rule=rule, Targets=[{"Id": "two", "Arn": aws.function_arn(other)}])
    assert not port.remove_rule(rule, [function])
    assert [target["Id"] for target in EventBridgeRules(aws.session).snapshot(rule)["targets"]] == ["two"]
