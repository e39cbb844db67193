"""translate: a person asks for the timer of a rule, without agent or plan."""

import json

from tests.cli.conftest import Command


def test_a_rule_is_translated_and_its_next_firings_are_shown(dayzero: Command) -> None:
    told = dayzero("translate", "cron(30 2 * * ? *)")
    assert (told.exit_code, told.stdout.splitlines()[0]) == (0, "0 30 2 * * *")
    assert told.stdout.count("T02:30:00+00:00") == 5
    document = json.loads(dayzero("translate", "rate(5 minutes)", "--json").stdout)
    assert (document["ncrontab"], document["period_seconds"]) == ("0 */5 * * * *", 300)
    assert "counts" in document["note"]


def test_what_cannot_be_said_is_bad_usage_with_a_mend(dayzero: Command) -> None:
    refused = dayzero("translate", "rate(7 minutes)")
    assert refused.exit_code == 2
    assert "does not divide" in refused.stderr
    assert "divides 60" in refused.stderr
