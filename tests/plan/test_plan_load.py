"""A plan file is read with its variables, and everything wrong with it is told at once, with line and mend."""

import pytest

from plan.document import MAX_CHARACTERS
from plan.load import load_plan, plan_from_json
from plan.problems import PlanError
from tests.plan.plans import EXAMPLE, VARIABLES, data, example, problems_of, text_problems

TEXT = EXAMPLE.read_text()
STEPS = list(zip("abcdef", "bcdefg", strict=True))
LISTS = "a: &a [x, x, x, x]\n" + "".join(f"{after}: &{after} [{', '.join(['*' + before] * 9)}]\n" for before, after in STEPS)
MERGES = "a: &a {k: x}\n" + "".join(f"{after}: &{after} {{<<: [{', '.join(['*' + before] * 9)}]}}\n" for before, after in STEPS)


def test_the_example_is_a_plan_and_survives_json() -> None:
    plan = example()
    assert plan.traffic.ttl.total_seconds() == 60
    assert plan.state.stores[0].shards == 4
    assert plan_from_json(data(), "request") == plan


def test_variables_replace_defaults_and_become_numbers_where_numbers_are_wanted() -> None:
    plan = example(variables={**VARIABLES, "SHARDS": "16", "DNS_TTL": "2s", "AWS_ACCOUNT": "123456789012"})
    assert plan.state.stores[0].shards == 16
    assert plan.traffic.ttl.total_seconds() == 2
    assert plan.source.account == "123456789012"


def test_an_unset_variable_is_told_once_at_its_line() -> None:
    problems = text_problems(TEXT, {name: value for name, value in VARIABLES.items() if name != "PACKAGE_SHA256"})
    assert [problem.field for problem in problems] == ["target.package.sha256"]
    assert TEXT.splitlines()[(problems[0].line or 0) - 1].strip().startswith("package:")
    assert "PACKAGE_SHA256" in problems[0].what
    assert "PACKAGE_SHA256" in problems[0].mend


def test_a_literal_dollar_brace_can_be_written_and_keys_are_left_alone() -> None:
    text = TEXT.replace("    ORDERS_TABLES: ${TARGET_TABLES}\n", "    ORDERS_TABLES: $${HOME}\n    ${API_ID}: x\n")
    settings = example(text).target.settings
    assert settings["ORDERS_TABLES"] == "${HOME}"
    assert settings["${API_ID}"] == "x"


@pytest.mark.parametrize("reference", ["${", "${1A}", "${A:-${B}}", "${A-b}"])
def test_a_reference_that_cannot_be_read_is_refused(reference: str) -> None:
    [problem] = text_problems(TEXT.replace("note: written by", f"note: {reference} by"))
    assert problem.field == "checks.validation[0].body.note"


def test_all_problems_come_at_once_with_place_and_mend() -> None:
    text = (
        TEXT.replace("strategy: ${STRATEGY:-planned-downtime}", "strategy: planed-downtime")
        .replace("  app: orders-func", "  ap: orders-func")
        .replace("queue, queue: orders-queue", "queue, qeue: orders-queue")
        .replace("kind: s3-to-blob", "kind: s3-blob")
        .replace("${ATTEMPTS:-3}", "30")
        .replace("poll: ${POLL:-5s}", "poll: 5")
        .replace("\n  lead:", "\n  leed:")
        .replace("account: ${AWS_ACCOUNT:-000000000000}", "account: 123456789012")
    )
    told = {problem.field: problem for problem in text_problems(text)}
    assert set(told) == {
        "strategy", "target.app", "target.ap", "source.functions[1].triggers[0].queue", "source.functions[1].triggers[0].qeue",
        "state.stores[1].kind", "timing.attempts", "timing.poll", "owners.leed", "source.account",
    }  # fmt: skip
    assert "planned-downtime" in told["strategy"].mend
    assert "`app`" in told["target.ap"].mend
    assert "`queue`" in told["source.functions[1].triggers[0].qeue"].mend
    assert "s3-to-blob" in told["state.stores[1].kind"].mend
    assert "20" in told["timing.attempts"].mend
    assert "90s" in told["timing.poll"].mend
    assert "lead" in told["owners.leed"].mend
    assert "quotes" in told["source.account"].mend
    line = text.splitlines().index("  ap: orders-func") + 1
    assert str(told["target.ap"]).startswith(f"plan.yaml:{line}:3 target.ap: there is no field `ap` here. ")


def test_json_text_is_read_too_and_keeps_its_places() -> None:
    text = example().model_dump_json(indent=1).replace('"workload": "orders"', '"workload": "Orders"')
    with pytest.raises(PlanError) as caught:
        load_plan(text, "plan.json", {})
    assert str(caught.value) == "plan.json:3:2 workload: 'Orders' does not have the right form. Write it like orders."


def test_problems_of_json_data_have_a_path_and_no_line() -> None:
    changed = data()
    del changed["window"]["length"]
    [problem] = problems_of(changed).values()
    assert problem.as_json() == {
        "file": "request", "line": None, "column": None, "field": "window.length",
        "what": "the field is missing", "mend": "Add `length`: How long it may last, such as 30m (such as 90s)",
    }  # fmt: skip
    assert str(problem).startswith("request window.length: ")


@pytest.mark.parametrize("value", [None, [], "plan", 3])
def test_json_that_is_no_object_is_refused(value: object) -> None:
    assert "" in problems_of(value)


@pytest.mark.parametrize(
    ("text", "what"),
    [
        ("version: [", "not valid YAML"),
        ("", "not a mapping"),
        ("- version", "not a mapping"),
        ("version: 1\n---\nversion: 1", "not valid YAML"),
        ("a: &a [*a]", "holds itself"),
        ("a: " + "[" * 5000, "nested too deeply"),
        ("a: \x00", "not valid YAML"),
        ("#" * (MAX_CHARACTERS + 1), "characters"),
        (LISTS, "anchors"),
        (MERGES, "anchors"),
    ],
)  # fmt: skip
def test_texts_that_are_no_yaml_or_blow_up_are_refused(text: str, what: str) -> None:
    assert what in text_problems(text)[0].what


def test_a_key_that_stands_twice_is_refused_with_both_lines() -> None:
    text = TEXT.replace("  app: orders-func\n", "  app: orders-func\n  app: other-func\n")
    [problem] = text_problems(text)
    line = text.splitlines().index("  app: orders-func") + 1
    assert (problem.line, problem.field) == (line + 1, "target.app")
    assert f"first on line {line}" in problem.what


def test_tags_are_refused() -> None:
    problems = text_problems(TEXT.replace("resource_group: orders", "resource_group: !!python/name:os.system ''"))
    assert (problems[0].field, "tag" in problems[0].what) == ("target.resource_group", True)


def test_anchors_and_merges_work_within_bounds() -> None:
    text = TEXT.replace(
        "  cutover: {approvers: [Lena Lead, Petra Product], timeout: 30m, on_timeout: fail-back}",
        "  cutover: {<<: *gate, timeout: 30m}",
    )
    plan = example(text.replace("  open-window: {", "  open-window: &gate {"))
    assert plan.approvals["cutover"].on_timeout == "abort"
    assert plan.approvals["cutover"].timeout.total_seconds() == 1800


def test_words_dates_and_numbers_are_read_as_yaml_1_2_has_them() -> None:
    plan = example(
        TEXT.replace("resource_group: orders", "resource_group: no").replace("${AWS_ACCOUNT:-000000000000}", "000000000012")
    )
    assert plan.target.resource_group == "no"
    assert plan.source.account == "000000000012"
    assert plan.sign_offs[0].on == "2026-11-02"
