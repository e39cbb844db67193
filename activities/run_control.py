"""What happens to a run between its steps: begin, pause, window, the turn back, the end.

Lives here: activities that write the run's own row. Never here: gates (gates.py), steps.
"""

from activities import way_back
from activities.context import workplace
from activities.patience import told
from activities.source_state import code_hashes, differences, fingerprint, source_state
from adapters.errors import AdapterError
from adapters.records import Json
from ledger.clock import now
from ledger.ledger import Ledger
from ledger.runs import Run

_LONGEST_TEXT = 4000
"""Characters of an explanation; the whole of it stands with the steps."""


def begin_run(asked: Json) -> Json:
    """Where the run stands: `done` lines, `window_opened`, what people `asked`, and why it is `failing_back`, if it is."""
    ledger, row, _, _ = workplace(asked["run"])
    run = ledger.runs.get(row.run)
    if run.state == "needs-operator":
        state = "failing-back" if run.failing_back else "running"
        ledger.runs.change(run.workload, run.run, state=state, ended="", awaits="")
    control = {"action": run.asked, "by": run.asked_by, "reason": run.asked_reason} if run.asked else None
    done = [] if run.failing_back else [line.seq for line in ledger.steps.all(run.run) if line.state == "done"]
    why = (run.turned_back or "the run had turned back") if run.failing_back else ""
    return {"done": done, "window_opened": run.window_opened or None, "asked": control, "failing_back": why}


def note_pause(asked: Json) -> Json:
    """The run rests before its next line, or goes on."""
    ledger, run, _, _ = workplace(asked["run"])
    state, text = ("paused", f"The run rests: {asked['why']}.") if asked["why"] else ("running", "The run goes on.")
    ledger.runs.change(run.workload, run.run, state=state, why=asked["why"])
    ledger.events.append(run.run, "control", text)
    return {}


def note_window(asked: Json) -> Json:
    """The window was opened, or a share of it is used; `due`: whether what the plan says about it is to be done.

    What an overrun means is kept like a person's word, so that copies stop, and an orchestration that begins anew does not hold
    again what a person has let go on.
    """
    ledger, run, plan, _ = workplace(asked["run"])
    if "opened" in asked:
        ledger.runs.change(run.workload, run.run, window_opened=asked["opened"])
        ledger.events.append(run.run, "window", "The window is open.", key="window-open")
        return {"due": True}
    used, then, key = asked["used_percent"], plan.window.on_overrun, f"window-{asked['used_percent']}"
    known = ledger.events.known(run.run, key)
    action = {"hold": "pause", "fail-back": "abort", "continue": ""}[then] if used >= 100 else ""
    if action and not known:
        ledger.runs.ask(run.workload, run.run, action, "dayzero", "the window is used up")
    text = f"{used} % of the window is used" + (f"; the plan says: {then}." if used >= 100 else ".")
    ledger.events.append(run.run, "window", text, key=key)
    return {"due": not known or (action != "" and ledger.runs.asked(run.workload, run.run) == action)}


def begin_failback(asked: Json) -> Json:
    """Turn back: `lines` that were begun, last first; `blocked` says why there is no way back now, if so.

    Of each line `seq`, `name`, and what it `holds`: while that cannot be taken back, nothing else may be undone. With `again`,
    only what has failed before; in any case with what stands below it (way_back.py).

    While AWS is silent and clients are on Azure nothing turns: AWS is waited for, for as long as `asked` is patient.
    """
    ledger, run, plan, world = workplace(asked["run"], asked.get("holder", ""), "begin_failback")
    blocked = ""
    begun = [line for line in ledger.steps.all(run.run) if line.begun]
    try:
        code_hashes(plan, world)
    except AdapterError as error:
        if error.transient and any(line.name in way_back.TO_AZURE and line.state != "undone" for line in begun):
            if asked["patient"]:
                return _await_aws(ledger, run, asked, error)
            blocked = f"AWS does not answer ({error.message}); Azure serves clients and goes on so. Retry once AWS answers"
    changes = {} if blocked else {"state": "failing-back", "failing_back": True, "turned_back": asked["why"]}
    ledger.runs.change(run.workload, run.run, why=asked["why"], awaits="", **changes)
    ledger.events.append(run.run, "failback", f"The run goes back: {asked['why']}.", key=f"failback-{len(begun)}")
    lines = [] if blocked else way_back.lines(ledger, run, plan, again=asked.get("again", False))
    return {"lines": lines, "blocked": blocked}


def end_failback(asked: Json) -> Json:
    """Prove that the source is as it was; what is left over is listed. A silent AWS is waited for as in `begin_failback`."""
    ledger, run, plan, world = workplace(asked["run"], asked.get("holder", ""), "end_failback")
    lines = ledger.steps.all(run.run)
    left = [
        f"{line.name}: {(line.undo_error or {}).get('message', line.state)}" for line in lines if line.state == "undo-failed"
    ]
    if asked["blocked"]:
        return _needs_operator(asked, asked["blocked"], asked["why"])
    before = next((ledger.steps.before(run.run, line.seq) for line in lines if line.name == "snapshot_source"), None)
    if before is not None:
        try:
            found = source_state(plan, world)
        except AdapterError as error:
            if error.transient and asked["patient"]:
                return _await_aws(ledger, run, asked, error)
            return _needs_operator(asked, f"the source cannot be read: {error.message}", asked["why"])
        left += [f"source: {place}" for place in differences(before, found)[:20]]
        detail = {"before": fingerprint(before), "after": fingerprint(found)}
        ledger.events.append(run.run, "failback", "The source was compared with its snapshot.", detail=detail)
    if left:
        return _needs_operator(asked, "; ".join(left), asked["why"])
    return _end(asked, "failed-back", asked["why"], "The workload is on AWS as it was before.")


def halt(asked: Json) -> Json:
    """Something failed where there is no way back, or not by itself: everything stays as it is, and a person is called."""
    final = "the run is past its point of no return; the workload stays on Azure"
    return _needs_operator(asked, asked["why"], final if asked["final"] else "nothing more was changed; retry goes on")


def finish_run(asked: Json) -> Json:
    """The workload is migrated."""
    return _end(asked, "migrated", "", "The workload is migrated.")


def _end(asked: Json, outcome: str, why: str, text: str) -> Json:
    ledger, run, _, _ = workplace(asked["run"], asked.get("holder", ""))
    ledger.runs.change(run.workload, run.run, state=outcome, why=why, asked="", awaits="", ended=now())
    ledger.events.append(run.run, "ended", text, key=f"ended-{outcome}")
    ledger.locks.release(run.workload, run.run)
    return {"outcome": outcome, "why": why}


def _needs_operator(asked: Json, left: str, why: str) -> Json:
    ledger, run, _, _ = workplace(asked["run"], asked.get("holder", ""))
    left = left[:_LONGEST_TEXT]
    ledger.runs.change(run.workload, run.run, state="needs-operator", why=f"{left} ({why[:_LONGEST_TEXT]})", ended=now())
    ledger.events.append(run.run, "ended", f"A person is needed: {left}.")
    return {"outcome": "needs-operator", "why": left}


def _await_aws(ledger: Ledger, run: Run, asked: Json, error: AdapterError) -> Json:
    """Say since when AWS is silent, and until when it is tried: with the run for whoever looks, once in the events."""
    what = told(f"AWS: {error.message}", asked["silent_since"], asked["tried_until"])
    ledger.runs.change(run.workload, run.run, why=asked["why"], awaits=what, awaits_since=asked["silent_since"])
    ledger.events.append(run.run, "failback", f"The way back waits for {what}.", key=f"silent-{asked['silent_since']}")
    return {"state": "waiting", "waiting_for": what}
