"""One part of a bulk copy: piece after piece, tried again when that can help, begun anew before its history grows."""

from typing import Any

from orchestrators.copy_part import PIECES, copy_part
from tests.orchestrators.driver import DONE, Driver, Json, failed
from tests.plan.plans import example

PART: Json = {"run": "orders-1", "seq": 17, "step": "copy_state", "direction": "do", "part": "orders~0"}
PART |= {"attempts": 3, "retry_delay": 2}


class Pieces(Driver):
    """Answers pieces only."""

    def __init__(self, *answers: Json) -> None:
        super().__init__(example())
        self.answers = list(answers)
        self.asked: list[Json] = []

    def answer(self, name: str, asked: Json) -> Any:
        self.asked.append({"activity": name, **asked})
        return self.answers.pop(0) if self.answers else DONE


def test_pieces_are_asked_for_until_the_end() -> None:
    driver = Pieces({"state": "more"}, {"state": "more"})
    assert driver.execute(copy_part, PART) == DONE
    asked = {"activity": "copy_state", "run": "orders-1", "seq": 17, "part": "orders~0", "direction": "do", "phase": "piece"}
    assert driver.asked == [asked] * 3


def test_what_may_pass_is_waited_for() -> None:
    driver = Pieces(failed("throttled"), failed("ledger-unreachable"))
    assert driver.execute(copy_part, PART) == DONE
    assert driver.clock >= 2 + 4


def test_tries_are_counted() -> None:
    driver = Pieces(*[failed("unreachable")] * 5)
    assert driver.execute(copy_part, PART)["error"]["code"] == "unreachable"
    assert len(driver.asked) == 3


def test_a_piece_that_went_well_gives_the_tries_back() -> None:
    driver = Pieces(*[failed("throttled"), failed("throttled"), {"state": "more"}] * 4)
    assert driver.execute(copy_part, PART) == DONE


def test_what_stays_wrong_is_not_tried_again() -> None:
    driver = Pieces(failed("denied"))
    assert driver.execute(copy_part, PART)["error"]["code"] == "denied"
    assert len(driver.asked) == 1


def test_an_abort_stops_it() -> None:
    assert Pieces({"state": "stopped"}).execute(copy_part, PART) == {"state": "stopped"}


def test_it_begins_anew_before_its_history_grows() -> None:
    driver = Pieces(*[{"state": "more"}] * (PIECES + 3))
    driver.execute(copy_part, PART)
    assert len(driver.asked) == PIECES
    assert driver.anew == PART
    assert driver.execute(copy_part, driver.anew) == DONE
