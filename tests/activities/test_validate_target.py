"""The probes of a target that no client uses yet: a try that was cut short must not stand in the way of the next one."""

from types import SimpleNamespace
from typing import cast

import pytest

from activities.step import Done
from activities.steps.validate_target import ValidateTarget
from adapters.ports import Web
from adapters.records import Answer
from tests.activities.small_world import Remembered, work


class Orders(Web):
    """An app that knows of one order at most, and refuses to make it twice."""

    def __init__(self, there: bool) -> None:
        self.there, self.made = there, 0
        self.asked: list[str] = []

    def ask(self, method: str, url: str, body: object = None, headers: dict[str, str] | None = None) -> Answer:
        self.asked.append(url)
        if method == "POST" and self.there:
            return Answer(409)
        if method == "POST":
            self.there, self.made = True, self.made + 1
            return Answer(201, body={**cast(dict[str, object], body), "total": "0.1"})
        if method == "DELETE":
            self.there = False
            return Answer(204)
        return Answer(200, body={"status": "processed"})


def validated(there: bool) -> Orders:
    orders, app = Orders(there), SimpleNamespace(base_url=lambda: "https://app.example", exists=lambda: True)
    given = work(web=orders, app=app)
    did = ValidateTarget().do(given, {})
    assert isinstance(ValidateTarget().verify(work(web=orders, app=app, did=did), {}), Done)
    return orders


def test_what_the_probes_made_is_gone_afterwards() -> None:
    orders = validated(there=False)
    assert (orders.made, orders.there) == (1, False)


def test_what_a_try_that_was_cut_short_left_is_cleared_first() -> None:
    orders = validated(there=True)
    assert (orders.made, orders.there) == (1, False)


@pytest.mark.parametrize(("gone", "place"), [(False, "https://app.example"), (True, "https://orders.example.com")])
def test_once_the_code_is_gone_what_was_written_back_is_removed_where_clients_are_served(gone: bool, place: str) -> None:
    orders, app = Orders(there=True), SimpleNamespace(base_url=lambda: "https://app.example", exists=lambda: True)
    record = Remembered({"deploy_code": {}})
    record.back = {"deploy_code"} if gone else set()
    did = ValidateTarget().undo(work(record=record, web=orders, app=app), {})
    assert ValidateTarget().undone(work(did), {}) == Done()
    assert [url.removesuffix("/orders/canary-orders-1") for url in orders.asked] == [place]
    assert not orders.there
