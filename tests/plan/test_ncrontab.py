"""Six-field NCRONTAB expressions, as an Azure Functions timer takes them."""

import pytest

from plan.ncrontab import ncrontab_problem


@pytest.mark.parametrize(
    "expression",
    ["0 0 2 * * *", "*/5 * * * * *", "0 30 9 * Jan Mon", "0 0-30/10 8,20 1 1-6 mon-fri", "5/15 0 0 31 12 0", "0  0\t0 * * SAT"],
)
def test_good_expressions_pass(expression: str) -> None:
    assert ncrontab_problem(expression) is None


@pytest.mark.parametrize(
    ("expression", "word"),
    [
        ("0 2 * * *", "5 fields"),
        ("0 0 2 * * ? *", "7 fields"),
        ("00:05:00", "1 fields"),
        ("60 * * * * *", "second"),
        ("0 60 * * * *", "minute"),
        ("0 0 24 * * *", "hour"),
        ("0 0 0 0 * *", "day"),
        ("0 0 0 1 13 *", "month"),
        ("0 0 0 * * 7", "day of week"),
        ("0 0 0 ? * *", "day"),
        ("0 0 5-2 * * *", "hour"),
        ("*/0 * * * * *", "second"),
        ("0 , * * * *", "minute"),
        ("0 -5 * * * *", "minute"),
        ("0 0 2 * funday *", "month"),
    ],
)
def test_bad_expressions_name_the_field(expression: str, word: str) -> None:
    problem = ncrontab_problem(expression)
    assert problem is not None
    assert word in problem
