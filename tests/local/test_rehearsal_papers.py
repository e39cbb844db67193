"""What many rehearsals came to is counted from all environments, and told on a page with markers."""

from typing import Any

import pytest

from local.rehearsal_papers import BEGIN, END, inserted, markdown, merged, newest, page, told
from local.rehearse import seconds_of

ORDERS = {
    "acknowledged": 100, "lost": 0, "changed": 0, "processed_twice": 0, "unprocessed": 0, "outdated": 0, "resurrected": 0,
}  # fmt: skip


def cell(step: str, **changes: Any) -> dict[str, Any]:
    found = {"strategy": "planned-downtime", "step": step, "mode": "error-after", "outcome": "failed-back", "right": True}
    found |= {"struck": "then", "where": f"{step} (do): web.ask", "seconds_to_safety": 2.0, "expected": ["x"]}
    return found | {"fingerprint_equal": True, "at": "then", "run": f"r-{step}"} | changes


def run(*cells: dict[str, Any], **changes: Any) -> dict[str, Any]:
    found = {"strategy": "planned-downtime", "name": "some", "run": cells[0]["run"], "final": False, "seconds": 9.0}
    return found | {"cells": list(cells), "problems": []} | changes


def environment(*runs: dict[str, Any], planned: int = 2, **changes: Any) -> dict[str, Any]:
    plan = [{"strategy": "planned-downtime", "step": f"step{n}", "mode": "error-after"} for n in range(planned)]
    made = {"runs": list(runs), "planned": plan, "finished": True, "orders": ORDERS, "lost": [], "secrets_shown": []}
    return made | changes


def test_cells_of_all_environments_are_counted_and_those_not_reached_are_named() -> None:
    together = run(cell("step0"), cell("step0", mode="late"), cell("step7", struck=None), final=True)
    report = merged([environment(together), environment(run(cell("step9")), planned=0)], 61.4)
    assert report["counts"] == {
        "cells": 3, "runs": 2, "migrated": 1, "struck_nothing": 1, "unreached": 1, "unsafe": 0, "unexpected": 0,
        "orders_acknowledged": 200, "orders_lost": 0, "secrets_leaked": 0, "environments_unfinished": 0, "seconds": 61,
    }  # fmt: skip
    assert [one["step"] for one in report["unreached"]] == ["step1"]
    assert report["problems"] == []
    assert set(newest(report)) == {
        f"planned-downtime {name}" for name in ("step0 error-after", "step0 late", "step7 error-after", "step9 error-after")
    }


def test_an_unsafe_end_a_lost_order_and_a_secret_are_problems() -> None:
    bad = run(cell("step0", right=False), cell("step3", right=False), problems=["the source is not as it was"])
    lost = environment(
        bad, run(cell("step1", right=False)), orders=ORDERS | {"lost": 3}, lost=["orders lost: 3"], secrets_shown=["a.log"]
    )
    report = merged([lost], 1.0)
    assert [report["counts"][name] for name in ("unsafe", "unexpected", "orders_lost", "secrets_leaked")] == [1, 1, 3, 1]
    assert len(report["problems"]) == 4
    assert "planned-downtime some: the source is not as it was" in report["problems"]
    assert "planned-downtime step1 error-after: failed-back instead of x" in report["problems"]


def test_an_environment_that_did_not_finish_is_counted() -> None:
    assert merged([{"finished": False}], 1.0)["counts"]["environments_unfinished"] == 1


def test_the_papers_show_the_matrix_by_step() -> None:
    through = {"outcome": "got-through", "seconds_to_safety": 0.4}
    cells = [
        cell("step0", mode="late", **through),
        cell("step0", mode="soon", **through),
        cell("step0", mode="idle", struck=None),
    ]
    report = merged([environment(run(cell("step0")), run(*cells))], 1.0)
    ends = "failed-back: error-after (2.0 s); got-through: late, soon (0.4 s); struck nothing: idle"
    assert f"| `step0` | {ends} |" in markdown(report)
    assert told(report) in markdown(report)
    assert "Not reached: planned-downtime step1 error-after." in markdown(report)
    assert "<td>step0</td><td>error-after</td><td>failed-back</td><td>2.0</td>" in page(report)
    assert "<li>planned-downtime step1 error-after</li>" in page(report)


def test_the_generated_part_is_replaced_and_the_rest_stays() -> None:
    text = f"before\n{BEGIN}\nold\n{END}\nafter\n"
    assert inserted(inserted(text, "new"), "newer") == f"before\n{BEGIN}\n\nnewer\n{END}\nafter\n"
    with pytest.raises(ValueError, match="no markers"):
        inserted("nothing", "new")


def test_a_budget_has_a_unit() -> None:
    assert (seconds_of("18m"), seconds_of("90s"), seconds_of("1h")) == (1080, 90, 3600)
    with pytest.raises(ValueError, match="write it like 18m"):
        seconds_of("18")
