"""Timer triggers of the local host: schedules, status kept, missed times made up for."""

import json
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from local.functions.hostconfig import parse_time_span
from local.functions.schedules import BadSchedule, Schedule
from tests.local.hosting import RunningHost, eventually, running_host

NO_STORAGE = {"DATA": "", "WORK_QUEUE": "unused"}


@pytest.mark.parametrize(
    ("schedule", "moment", "expected"),
    [
        ("*/15 * * * * *", "2026-03-01T10:00:14", "2026-03-01T10:00:15"),
        ("0 */5 * * * *", "2026-03-01T10:00:00", "2026-03-01T10:05:00"),
        ("0 30 9 * * Mon-Fri", "2026-03-06T09:30:00", "2026-03-09T09:30:00"),
        ("0 0 3 * Jan *", "2026-03-01T10:00:00", "2027-01-01T03:00:00"),
        ("0 0 0 13 * Fri", "2026-03-14T00:00:00", "2026-11-13T00:00:00"),  # both must fit
        ("30 3 * * *", "2026-03-01T10:00:00", "2026-03-02T03:30:00"),  # five fields
        ("01:30:00", "2026-03-01T10:00:00", "2026-03-01T11:30:00"),
    ],
)
def test_the_next_time_of_a_schedule(schedule: str, moment: str, expected: str) -> None:
    following = Schedule(schedule).next_after(datetime.fromisoformat(moment).replace(tzinfo=UTC))
    assert following == datetime.fromisoformat(expected).replace(tzinfo=UTC)


@pytest.mark.parametrize("schedule", ["", "every day", "* * *", "99 * * * * *", "0 0 0 0 0 0 0 0"])
def test_what_is_no_schedule_is_refused(schedule: str) -> None:
    with pytest.raises(BadSchedule, match="write six NCRONTAB fields"):
        Schedule(schedule)


def test_time_spans() -> None:
    assert parse_time_span("1.02:03:04.5") == timedelta(days=1, hours=2, minutes=3, seconds=4.5)
    with pytest.raises(ValueError, match="write hh:mm:ss"):
        parse_time_span("soon")


def noted(host: RunningHost, what: str) -> list[dict[str, object]]:
    return [note for note in host.noted() if what in note]


def test_a_timer_ticks_and_run_on_startup_runs_at_start(tmp_path: Path) -> None:
    with running_host("triggers", tmp_path, EVERY="* * * * * *", **NO_STORAGE) as host:
        eventually(lambda: len(noted(host, "tick")) >= 3)
        (yearly,) = noted(host, "yearly")
        assert yearly["past_due"] is False
    ticks = [float(str(note["tick"])) for note in noted(host, "tick")]
    assert all(tick % 1 < 0.5 for tick in ticks)


def with_status(folder: Path, function: str, schedule: str, following: datetime) -> None:
    (folder / "timers").mkdir(parents=True)
    status = {"schedule": schedule, "last": None, "next": following.isoformat()}
    (folder / "timers" / f"{function}.json").write_text(json.dumps(status))


def test_a_missed_time_is_made_up_for_once(tmp_path: Path) -> None:
    with_status(tmp_path, "tick", "0 0 0 * * *", datetime.now(UTC) - timedelta(days=3))
    with running_host("triggers", tmp_path, EVERY="0 0 0 * * *", **NO_STORAGE) as host:
        (tick,) = eventually(lambda: noted(host, "tick"))
        assert tick["past_due"] is True
        host.child.stop()
        host.start()
        eventually(lambda: len(noted(host, "yearly")) == 2)
    assert len(noted(host, "tick")) == 1
    assert json.loads((tmp_path / "timers" / "tick.json").read_text())["next"] > datetime.now(UTC).isoformat()


def test_a_changed_schedule_makes_up_for_nothing(tmp_path: Path) -> None:
    with_status(tmp_path, "tick", "0 0 1 * * *", datetime.now(UTC) - timedelta(days=3))
    with running_host("triggers", tmp_path, EVERY="0 0 0 * * *", **NO_STORAGE) as host:
        eventually(lambda: noted(host, "yearly"))
    assert noted(host, "tick") == []


def test_a_disabled_timer_does_not_tick_but_runs_by_hand(tmp_path: Path) -> None:
    settings = NO_STORAGE | {"EVERY": "* * * * * *", "AzureWebJobs.tick.Disabled": "true"}
    with running_host("triggers", tmp_path, **settings) as host:
        eventually(lambda: noted(host, "yearly"))
        time.sleep(1.2)  # a tick's time passes: nothing must happen
        assert noted(host, "tick") == []
        assert host.call("POST", "/admin/functions/tick", json={"input": ""}).status_code == 202
        eventually(lambda: len(noted(host, "tick")) == 1)


def test_a_setting_that_is_missing_leaves_the_function_out_and_says_so(tmp_path: Path) -> None:
    with running_host("triggers", tmp_path, WORK_QUEUE="unused", DATA="") as host:
        eventually(lambda: noted(host, "yearly"))
        assert "app setting 'EVERY' is missing" in host.log
