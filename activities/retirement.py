"""Retiring the dormant source of a migrated run: what would be deleted, who approved that, and the deleting.

Lives here: the rules. Never here: deleting a state store. A person's own process does it, with that person's credentials: the
agent's role may delete nothing.
"""

from collections.abc import Callable
from datetime import datetime, timedelta

from activities.by_hand import Refused
from activities.context import by_hand
from activities.record import LedgerRecord
from activities.routing import forwarding
from activities.step import Failed, Work
from activities.steps.retire_source import RetireSource
from adapters.errors import AdapterError, NotFound
from adapters.records import Json
from adapters.world import World
from ledger.clock import seconds_between
from ledger.events import Event
from ledger.ledger import Ledger
from ledger.runs import Run
from ledger.values import digest
from plan.model import Plan

Tell = Callable[[str], None]


def preview(run_id: str) -> Json:
    """What would be deleted (`deletes` by kind) and its `digest`, what is `kept`, when it is `due`, why it is `refused`.

    Of a retirement that ended in the middle (`interrupted`: by whom it was approved and when) it is what was approved, with the
    digest of then; `left` is what is there still.
    """
    ledger, run, plan, world = by_hand(run_id)
    left = _deletes(plan, world)
    interrupted = _interrupted(ledger, run, left)
    deletes = interrupted["detail"]["deletes"] if interrupted else left
    due = datetime.fromisoformat(run.ended) + plan.failback.retention if run.ended else None
    refused = _refusal(ledger, run, plan, world)
    return {
        "run": run.run,
        "deletes": deletes,
        "digest": digest(deletes),
        "left": left,
        "interrupted": {name: interrupted[name] for name in ("who", "at")} if interrupted else None,
        "kept": [*(store.name for store in plan.state.stores), *(queue.source_queue for queue in plan.state.queues)],
        "kept_functions": sorted(forwarding(plan)),
        "due": due.isoformat() if due else None,
        "approvers": list(plan.approvals["finalize"].approvers),
        "refused": str(refused) if refused else None,
        "mend": refused.mend if refused else None,
    }


def retire(run_id: str, approved: str, by: str, reason: str, tell: Tell) -> Json:
    """Delete what was approved: mappings first, then rules, then functions.

    Ended in the middle, it goes on when it is called again with the same digest: nothing but what was approved is deleted.

    Args:
        run_id: a run that has migrated.
        approved: the digest that `preview` showed: what is deleted is what was looked at.
        by: an approver of `finalize`.
        reason: for the record.
        tell: is told each deletion.

    Raises:
        Refused: too early, by the wrong person, or not what was approved.
        AdapterError: AWS refused a deletion.
    """
    ledger, run, plan, world = by_hand(run_id)
    deletes = _deletes(plan, world)
    interrupted = _interrupted(ledger, run, deletes)
    if refused := _refusal(ledger, run, plan, world):
        raise refused
    if by not in plan.approvals["finalize"].approvers:
        mend = f"Ask one of: {', '.join(plan.approvals['finalize'].approvers)}."
        raise Refused(f"{by!r} may not approve the retirement.", mend)
    if approved != digest(interrupted["detail"]["deletes"] if interrupted else deletes):
        raise Refused("What would be deleted is not what was approved.", "Look at it again, and approve what it shows now.")
    said, detail = "approved the retirement of the source", {"deletes": deletes, "digest": approved, "reason": reason}
    if interrupted:
        said, detail = "approved that the retirement of the source goes on", {"digest": approved, "reason": reason}
    ledger.events.append(run.run, "decision", f"{by} {said}.", who=by, detail=detail)
    for uuid in deletes["mappings"]:
        world.retirement.remove_mapping(uuid)
        tell(f"mapping {uuid} is deleted")
    for rule in deletes["rules"]:
        gone = world.retirement.remove_rule(rule, deletes["functions"])
        tell(f"rule {rule} is deleted" if gone else f"rule {rule} has other targets and stays")
    for name in deletes["functions"]:
        world.retirement.remove_function(name)
        tell(f"function {name} is deleted")
    whole = interrupted["detail"]["deletes"] if interrupted else deletes
    ledger.events.append(run.run, "retired", "The dormant source was deleted; its stores were not.", who=by, detail=whole)
    return {"run": run.run, "deleted": deletes}


def _interrupted(ledger: Ledger, run: Run, left: dict[str, list[str]]) -> Event | None:
    """The approval of a retirement that has not come to its end, if it covers all that is left."""
    told = [event for event in ledger.events.of(run.run) if event["kind"] == "retired" or "deletes" in (event["detail"] or {})]
    if not told or told[-1]["kind"] == "retired":
        return None
    approved = told[-1]["detail"]["deletes"]
    return told[-1] if all(set(names) <= set(approved[kind]) for kind, names in left.items()) else None


def _deletes(plan: Plan, world: World) -> dict[str, list[str]]:
    """What is there still, of what the plan names."""
    found: dict[str, list[str]] = {"mappings": [], "rules": [], "functions": []}
    for function in plan.source.functions:
        try:
            mappings = world.mappings.snapshot(function.name)
        except NotFound:  # deleted before
            continue
        if function.name in forwarding(plan):
            continue
        found["functions"].append(function.name)
        found["mappings"] += [str(mapping["uuid"]) for mapping in mappings]
    rules = {t.rule for function in plan.source.functions for t in function.triggers if t.type == "schedule"}
    found["rules"] = sorted(rule for rule in rules if _there(world, rule))
    return found


def _there(world: World, rule: str) -> bool:
    try:
        world.schedules.enabled(rule)
    except NotFound:
        return False
    return True


def _refusal(ledger: Ledger, run: Run, plan: Plan, world: World) -> Refused | None:
    if run.state != "migrated" or run.ended is None:
        return Refused(f"Run {run.run} is {run.state}.", "Only the source of a run that has migrated can be retired.")
    holder = ledger.locks.holder(run.workload)
    if holder is not None:
        return Refused(f"Run {holder} of workload {run.workload} is alive.", "Wait for its end.")
    left = plan.failback.retention - timedelta(seconds=seconds_between(run.ended) or 0.0)
    if left > timedelta():
        due = datetime.fromisoformat(run.ended) + plan.failback.retention
        return Refused(f"The source is kept until {due.isoformat(timespec='minutes')}.", "Come back then (failback.retention).")
    try:
        verdict = RetireSource().verify(Work(run.run, plan, world, LedgerRecord(ledger, run)), {})
    except NotFound:  # a retirement that was ended in the middle
        return None
    except AdapterError as error:
        return Refused(f"The source cannot be read: {error.message}.", error.mend)
    return Refused(f"The source is {verdict.message}.", verdict.mend) if isinstance(verdict, Failed) else None
