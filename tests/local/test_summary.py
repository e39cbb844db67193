"""What the demo's report says of the copy: how far it was behind, and what differed and was accepted."""

from typing import Any

from local.summary import watched


def found(**changed: Any) -> dict[str, Any]:
    steps = [{"name": "check_parity", "evidence": {"compared": 20, "different": 1}}, {"name": "announce", "evidence": None}]
    return {"steps": steps, "replication": None, "exceptions": []} | changed


def test_exceptions_are_counted_by_what_was_decided() -> None:
    decisions = ["open", "accepted", "accepted", "gone"]
    told = watched(found(exceptions=[{"decision": one} for one in decisions]))
    assert told["exceptions"] == {"found": 4, "open": 1, "accepted": 2, "gone": 1}


def test_a_run_that_found_none_says_so() -> None:
    assert watched(found())["exceptions"] == {"found": 0, "open": 0, "accepted": 0, "gone": 0}


def test_the_lag_is_the_largest_of_all_looks() -> None:
    assert watched(found(replication={"lag_max_seconds": 4.2}))["replication"] == {"lag_max_seconds": 4.2}
    assert watched(found())["replication"] == {"lag_max_seconds": None}
    assert watched(found())["parity"] == {"compared": 20, "different": 1}
