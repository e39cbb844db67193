"""What a lead wants to know at night: what an approval ends, what comes next and how long it takes, how far a way back is."""

import pytest
from playwright.sync_api import expect

from ledger.ledger import Ledger
from tests.web.conftest import Open
from tests.web.contrast import low_contrasts
from tests.web.stories import Story, ago

STAKES = {
    "impossible": ["abort is refused", "nothing is written back"],
    "instead": "Stay on Azure: mend forward.",
    "data": {"orders": {"compared": "shard 1 of 4", "differ": 2}, "receipts": {"unknown": "no answer"}},
}


@pytest.fixture
def last(ledger: Ledger) -> Story:
    """A run at its last gate."""
    told = Story(ledger).waits("finalize")
    told.line("finalize", evidence=STAKES | {"way_back_proven": ago(600), "azure_writes_since": None})
    return told


def test_the_last_gate_says_what_its_approval_ends_before_and_while_it_is_asked(opened: Open, last: Story) -> None:
    page = opened(last.name)
    sentences = page.locator("#stakes li")
    expect(sentences).to_have_count(5)
    expect(sentences.first).to_have_text("After this, abort is refused, nothing is written back.")
    expect(sentences.nth(1)).to_contain_text("The way back was proven 10 min")
    assert sentences.all_inner_texts()[2:] == [
        "orders: 2 items differ in shard 1 of 4.",
        "receipts: no answer.",
        "Stay on Azure: mend forward.",
    ]
    assert low_contrasts(page) == []
    page.get_by_role("button", name="Approve…").click()
    expect(page.get_by_role("dialog")).to_contain_text("nothing is written back")
    page.keyboard.press("Escape")
    page.get_by_role("button", name="Reject…").click()
    expect(page.get_by_role("dialog")).not_to_contain_text("nothing is written back")


def test_other_gates_have_no_such_list(opened: Open, ledger: Ledger) -> None:
    page = opened(Story(ledger).waits("cutover").name)
    expect(page.locator("#gate")).to_be_visible()
    expect(page.locator("#stakes")).to_be_hidden()


def test_the_page_says_how_long_it_should_be_to_the_next_gate_and_whose_time_it_tells(opened: Open, ledger: Ledger) -> None:
    story = Story(ledger).works("copy_delta")
    page = opened(story.name, timezone_id="Asia/Tokyo")
    ahead = story.run.runbook[story.seq("copy_delta") : story.seq("cutover") - 1]
    minutes = round(sum(line["estimate_seconds"] for line in ahead) / 60)
    words = f"copy delta; next {ahead[0]['name'].replace('_', ' ')}; then about {minutes} min to the gate cutover"
    expect(page.locator("#steps-words")).to_have_text(words)
    expect(page.locator("#zone")).to_have_text("Times in GMT+9 ·")


def test_a_way_back_counts_what_is_undone(opened: Open, ledger: Ledger) -> None:
    story = Story(ledger).works("drain_source")
    begun = story.seq("drain_source")
    story.change(state="failing-back", failing_back=True, why="aborted by Lena Lead")
    for seq in (begun, begun - 1):
        story.line(seq, state="undone", undo_started=ago(5), undo_ended=ago(1))
    page = opened(story.name)
    expect(page.locator("#steps-title")).to_have_text("Steps undone")
    expect(page.locator("#steps-done")).to_have_text(f"2 of {begun}")
