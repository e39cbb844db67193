"""The table of exceptions: decided once, decided anew when a value changes, settled when both sides agree again."""

from ledger.exceptions import Differing
from ledger.ledger import Ledger

ONE = Differing("orders", "o/1 #?", "a" * 64, "b" * 64, "another content")
TWO = Differing("orders", "o/2", "a" * 64, "", "missing on Azure")


def decisions(ledger: Ledger, run: str) -> dict[str, tuple[str, str]]:
    return {row.key: (row.decision, row.by) for row in ledger.exceptions.of(run)}


def test_what_differs_is_open_until_somebody_accepts_it_once(ledger: Ledger) -> None:
    assert [row.key for row in ledger.exceptions.note("run-e1", "verify_backup", [TWO, ONE])] == ["o/1 #?", "o/2"]
    assert ledger.exceptions.accept("run-e1", ONE.id, "Petra", "a test order")
    assert not ledger.exceptions.accept("run-e1", ONE.id, "Lena", "me, too")
    assert not ledger.exceptions.accept("run-e1", "nothing", "Lena", "what")
    assert decisions(ledger, "run-e1") == {"o/1 #?": ("accepted", "Petra"), "o/2": ("open", "")}
    (row,) = [row for row in ledger.exceptions.of("run-e1") if row.key == "o/1 #?"]
    assert (row.why, row.source_sha256, row.target_sha256, row.reason) == (
        "a test order",
        "a" * 64,
        "b" * 64,
        "another content",
    )
    assert row.found <= row.decided
    assert ledger.exceptions.of("another-run") == []


def test_an_accepted_one_stays_accepted_while_both_values_stay(ledger: Ledger) -> None:
    ledger.exceptions.note("run-e2", "verify_backup", [ONE])
    ledger.exceptions.accept("run-e2", ONE.id, "Petra", "fine")
    assert ledger.exceptions.note("run-e2", "verify_backup", [ONE]) == []
    changed = Differing(ONE.store, ONE.key, "c" * 64, ONE.target_sha256, ONE.reason)
    assert [row.source_sha256 for row in ledger.exceptions.note("run-e2", "verify_backup", [changed])] == ["c" * 64]


def test_what_a_step_finds_no_more_is_settled_and_may_come_again(ledger: Ledger) -> None:
    ledger.exceptions.note("run-e3", "verify_backup", [ONE, TWO])
    ledger.exceptions.note("run-e3", "another_step", [])
    assert len(ledger.exceptions.open("run-e3")) == 2, "another step says nothing about them"
    ledger.exceptions.note("run-e3", "verify_backup", [TWO])
    assert decisions(ledger, "run-e3") == {"o/1 #?": ("gone", "dayzero"), "o/2": ("open", "")}
    assert len(ledger.exceptions.note("run-e3", "verify_backup", [ONE, TWO])) == 2
