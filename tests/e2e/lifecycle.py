"""The lifecycle that every line of every runbook promises, as assertions. Never here: a stage, or what a walk is for.

Two steps of one name are two lines: each is walked, with its arguments.
"""

from collections.abc import Mapping
from fnmatch import fnmatchcase

import pytest

from activities.drift import settings
from activities.registry import STEPS
from activities.source_state import differences
from tests.e2e.memory import Line
from tests.e2e.walk import Walk
from tests.e2e.whole_world import Json, changes, settled

PACKAGE_STAYS = {
    "package": "Azure cannot take a package off an app",
    "app.running": "so an app without an earlier package is stopped",
    "app.settings.DAYZERO_PACKAGE": "it names the package that is still there",
    "app.functions": "Azure lists what is in the package, also for an app that is stopped",
}
DONE_AGAIN = {
    "deploy_infrastructure": {"app.running": "a template does not start an app that is stopped; deploy_code does"},
    "refresh_secrets": {
        "secrets": "Key Vault never gives a version's id again",
        "app.settings.SECRETS_COPIED": "it names the versions",
    },
    "hand_over_schedules": {"ladder.schedules_from": "the moment of the first hand-over has gone by"},
}
"""What may differ between a line done first and one that is done after it was undone."""
UNDONE_TOGETHER = {
    "shift_traffic": {
        "source.router": "an Azure that is sick is left in one go: the first weight that is undone sends all back"
    }
}
"""Lines of one name that are not undone one by one: the first to be undone brings all of them back, and why."""


def go_on(walk: Walk) -> None:
    """Skip what follows a line that broke off: the world is not what it needs."""
    if walk.lost:
        pytest.skip(f"the walk ended at {walk.lost}")


def lifecycle(walk: Walk, line: Line, stays: Mapping[str, Mapping[str, str]], grows: tuple[str, ...] = ()) -> None:
    """Everything that one line promises; at the end it is done.

    Args:
        walk: stands before the line.
        line: to be walked.
        stays: by step: places that it may leave behind when it is undone, and why.
        grows: places that differ from one doing to the next, because clients go on.
    """
    go_on(walk)
    walk.lost = str(line)
    start = settled(walk.plan, walk.world, walk.moving)
    may_stay = (*walk.moving, *stays.get(line.name, {}))
    walk.begin(line)
    assert changes(start, walk.plan, walk.world, walk.moving) == [], "a snapshot changes nothing"
    walk.do(line)
    done = settled(walk.plan, walk.world, (*walk.moving, *grows))
    assert untold(walk, line, start["source"], done["source"]) == [], "a step names the places of the source that it touches"
    walk.do(line)
    assert changes(done, walk.plan, walk.world, (*walk.moving, *grows)) == [], "done twice is done once"
    if not line.final:
        back = _before_undo(walk, line, start)
        for times in ("once", "twice"):
            walk.undo(line)
            assert changes(back, walk.plan, walk.world, may_stay) == [], f"undone {times} is as before"
        _undo_from_everywhere(walk, line, back, may_stay)
        walk.another_run()
        walk.do(line)
        may_differ = (*walk.moving, *grows, *DONE_AGAIN.get(line.name, {}))
        assert changes(done, walk.plan, walk.world, may_differ) == [], "done after all is done"
    walk.lost = ""


def untold(walk: Walk, line: Line, start: Json, done: Json) -> list[str]:
    """Places of the source that a line changed and its step does not name: they would hold the next gate."""
    names = [f"{place}*" for place in STEPS[line.name]().touches(walk.plan)]
    changed = differences(settings(start), settings(done))
    return [place for place in changed if not any(fnmatchcase(place, name) for name in names)]


def way_back(walk: Walk, lines: list[Line]) -> None:
    """Undo all lines, the last one first."""
    go_on(walk)
    walk.lost = "the way back"
    for line in reversed(lines):
        walk.undo(line)
    walk.lost = ""


def _before_undo(walk: Walk, line: Line, start: Json) -> Json:
    """The world that undoing the line brings back: as it was before it, or before the first of those that go back together."""
    first = walk.starts.setdefault(line.name, start)
    if line.name not in UNDONE_TOGETHER:
        return start
    return start | {"source": start["source"] | {"router": first["source"]["router"]}}


def _undo_from_everywhere(walk: Walk, line: Line, back: Json, may_stay: tuple[str, ...]) -> None:
    """Half done: cut off after the first change, after the second, and so on, and undone each time."""
    cut, broke = 0, True
    while broke:
        cut += 1
        walk.another_run()
        broke = walk.do_half(line, cut)
        walk.undo(line)
        assert changes(back, walk.plan, walk.world, may_stay) == [], f"undone after {cut} changes"
