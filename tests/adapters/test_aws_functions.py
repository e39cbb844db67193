"""What is particular to Lambda functions and their metrics."""

from datetime import timedelta
from typing import Any

from adapters.aws.functions import LambdaFunctions
from tests.adapters.aws_resources import Aws


def test_snapshot_holds_versions_and_the_weights_of_aliases(aws: Aws) -> None:
    name, client = aws.function(), aws.client("lambda")
    first = client.publish_version(FunctionName=name)["Version"]
    client.update_function_configuration(FunctionName=name, Timeout=7)
    second = client.publish_version(FunctionName=name)["Version"]
    weights = {second: 0.25}
    client.create_alias(
        FunctionName=name, Name="live", FunctionVersion=first, RoutingConfig={"AdditionalVersionWeights": weights}
    )
    port = LambdaFunctions(aws.session)
    before = port.snapshot(name)
    assert list(before["versions"]) == [first, second]
    assert before["aliases"] == [{"name": "live", "version": first, "weights": weights}]
    client.update_alias(FunctionName=name, Name="live", RoutingConfig={"AdditionalVersionWeights": {second: 0.5}})
    assert port.snapshot(name) != before


def test_a_new_variable_changes_the_snapshot_and_a_new_value_does_not(aws: Aws) -> None:
    name, client = aws.function(Environment={"Variables": {"A": "1"}}), aws.client("lambda")
    port = LambdaFunctions(aws.session)
    before = port.snapshot(name)
    client.update_function_configuration(FunctionName=name, Environment={"Variables": {"A": "2"}})
    assert port.snapshot(name) == before
    client.update_function_configuration(FunctionName=name, Environment={"Variables": {"A": "2", "B": "3"}})
    assert port.snapshot(name)["environment_names_sha256"] != before["environment_names_sha256"]


def test_long_periods_stay_within_what_one_answer_may_hold(aws: Aws) -> None:
    asked: list[dict[str, Any]] = []
    aws.session.events.register("provide-client-params.cloudwatch", lambda params, **_: asked.append(params))
    port, name = LambdaFunctions(aws.session), aws.function()
    for last in (timedelta(seconds=10), timedelta(hours=24), timedelta(days=14)):
        port.invocations(name, last)
        one = asked[-1]
        length = one["EndTime"] - one["StartTime"]
        assert last <= length <= last + timedelta(minutes=3)
        assert one["Period"] % 60 == 0
        assert length.total_seconds() / one["Period"] <= 1440
