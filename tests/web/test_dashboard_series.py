"""What a run read over time, on its page in a real browser: figures, the same in words and in a table, for everybody."""

import pytest
from playwright.sync_api import Page, expect

from ledger.ledger import Ledger
from tests.web.conftest import Open
from tests.web.contrast import low_contrasts
from tests.web.ramp import ramped
from tests.web.stories import Story, ago
from tests.web.test_dashboard_people import PHONE, tab_to

FIGURES = ("weight-over-time", "requests-over-time", "errors-over-time", "lag")


@pytest.fixture
def story(ledger: Ledger) -> Story:
    return ramped(ledger, 25)


def told(page: Page) -> dict[str, str]:
    """The words below each figure, once all are drawn."""
    for figure in FIGURES:
        expect(page.locator(f"#{figure} canvas")).to_have_count(1)
    return {figure: page.locator(f"#{figure} figcaption").inner_text() for figure in FIGURES}


def test_figures_say_in_words_what_they_draw_and_a_reload_says_the_same(opened: Open, story: Story) -> None:
    page = opened(story.name)
    words = told(page)
    assert words["weight-over-time"].startswith("25 % since ")
    assert words["weight-over-time"].endswith("before that 5 %.")
    assert words["requests-over-time"] == "AWS 918, Azure 162."
    assert words["errors-over-time"] == "AWS 2 (0.22 %), Azure 0 (0.00 %)."
    assert words["lag"].startswith("0.6 s behind at the last look, at most 9.0 s")
    expect(page.locator("#more")).to_contain_text("Requests and errors")
    expect(page.get_by_role("row", name="requests")).to_contain_text("405135")
    page.reload()
    assert told(page) == words


def test_lines_are_drawn_in_the_colours_of_both_sides(opened: Open, story: Story) -> None:
    page = opened(story.name)
    told(page)
    expect(page.locator("[aria-current] .name")).to_contain_text("(weight 25)")
    drawn = page.evaluate("""() => {
      const canvas = document.querySelector("#requests-over-time canvas");
      const { data } = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height);
      const seen = new Set();
      for (let at = 0; at < data.length; at += 4) seen.add([...data.slice(at, at + 3)].join(","));
      return [...seen];
    }""")
    assert {"180,83,9", "21,80,171"} <= set(drawn)


def test_new_readings_are_drawn_without_a_reload(opened: Open, story: Story) -> None:
    page = opened(story.name)
    told(page)
    shift = next(one["seq"] for one in story.run.runbook if one["arguments"] == {"weight": 50})
    story.line(shift, state="done", started=ago(2), ended=ago(1), evidence={"weight": 50, "switched": ago(2)})
    expect(page.locator("#weight-over-time figcaption")).to_contain_text("50 % since")


def test_figures_stand_in_the_same_order_whichever_came_first(opened: Open, ledger: Ledger) -> None:
    story = Story(ledger).waits("cutover")
    page = opened(story.name)
    expect(page.locator("#lag canvas")).to_have_count(1)
    story.line("switch_traffic", state="done", started=ago(2), ended=ago(1), evidence={"weight": 100, "switched": ago(2)})
    expect(page.locator("#weight-over-time canvas")).to_have_count(1)
    assert page.locator("#series figure").evaluate_all("all => all.map((one) => one.id)") == ["weight-over-time", "lag"]
    expect(page.locator("#lag canvas")).to_have_count(1)


def test_by_keyboard_figures_are_read_as_a_table_and_looked_at_more_closely(opened: Open, story: Story) -> None:
    page = opened(story.name)
    told(page)
    length = page.get_by_label("Show")
    length.focus()
    page.keyboard.press("End")
    expect(length).to_have_value("900")
    page.locator("#errors-over-time summary").focus()
    page.keyboard.press("Enter")
    table = page.locator("#errors-over-time details table")
    expect(table.locator("tbody tr")).to_have_count(20)
    assert table.locator("tbody tr").first.locator("td").all_inner_texts() == ["2", "0"]
    tab_to(page, "Go back to AWS…")


def test_on_a_phone_figures_stay_within_the_edges(opened: Open, story: Story) -> None:
    page = opened(story.name, **PHONE)
    told(page)
    page.locator("#requests-over-time summary").click()
    assert page.evaluate("document.documentElement.scrollWidth") <= 360
    box = page.locator("#requests-over-time canvas").bounding_box()
    assert box is not None
    assert 200 < box["width"] <= 340


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_figures_can_be_read(opened: Open, story: Story, scheme: str) -> None:
    page = opened(story.name, color_scheme=scheme)
    told(page)
    page.locator("#errors-over-time summary").click()
    assert low_contrasts(page) == []
    page.emulate_media(color_scheme="dark" if scheme == "light" else "light")
    expect(page.locator("#requests-over-time canvas")).to_have_count(1)
    assert low_contrasts(page) == []


def test_a_run_that_has_read_nothing_has_no_figures(opened: Open, ledger: Ledger) -> None:
    expect(opened(Story(ledger).works("snapshot_source").name).locator("#series")).to_be_hidden()
