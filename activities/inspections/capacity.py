"""What an app shares with others, or swamps: instances, a host id, the clock.

Source: "Event-driven scaling" (limits), "Host ID considerations" (Azure Functions), "Signature Version 4" (time in requests).
"""

from collections.abc import Iterator

from activities.inspections.facts import Facts
from activities.inspections.finding import Found
from activities.inspections.hosting import instances, of_kind
from adapters.observing import Metric, Side
from plan.model import Plan

_HOST_ID = 32
"""Characters of an app's name that make its host id."""
_SIGNED: dict[Side, str] = {"source": "AWS", "target": "Azure"}
_TOLERATED, _NOTED = 240.0, 60.0
"""Seconds; signatures are refused when clocks differ by 300."""


def downstream_swamped(facts: Facts, function: str) -> Iterator[Found]:
    """A function that AWS keeps from running more than so many at once."""
    reserved = facts.function(function)["reserved_concurrency"]
    if not reserved:
        return
    cap = instances(facts.site())
    if cap is not None and cap <= reserved:
        return
    peak = facts.most(Metric("AWS/Lambda", "ConcurrentExecutions", "maximum", {"FunctionName": function}))
    seen = "not measured" if peak is None else f"{peak:.0f} at most within two weeks"
    there = "nothing says how many instances Azure may start" if cap is None else f"Azure may start {cap} instances"
    what = f"function {function} runs {reserved} times at once on AWS and no more ({seen}); {there}, each of which runs several"
    mend = "Set maximumInstanceCount (Flex Consumption) or functionAppScaleLimit to what stands behind it can bear."
    yield Found("warn", what, mend)


def host_id_collision(facts: Facts, app: str) -> Iterator[Found]:
    """Another function app whose name begins alike, so that both take themselves for one host."""
    if any(name.lower() == "azurefunctionswebhost__hostid" for name in facts.settings()):
        return
    names = {str(one.get("name", "")).rpartition("/")[2] for one in of_kind(facts.resources(), "Microsoft.Web/sites")}
    same = sorted(name for name in names if name.lower() != app.lower() and _host_id(name) == _host_id(app))
    if same:
        what = f"{app} and {', '.join(same)} of this resource group have one host id, {_host_id(app)}, and share its locks"
        mend = "Give each a storage account of its own, or set AzureFunctionsWebHost__hostid; or choose names of 32 characters."
        yield Found("refuse", what, mend)


def _host_id(app: str) -> str:
    return app.lower()[:_HOST_ID].rstrip("-")


def clouds(_plan: Plan) -> list[str]:
    """Both of them."""
    return list(_SIGNED.values())


def clock_skew(facts: Facts, cloud: str) -> Iterator[Found]:
    """This machine's clock against a cloud's."""
    side = next(side for side, name in _SIGNED.items() if name == cloud)
    ahead = facts.world.clocks[side].ahead()
    if abs(ahead) <= _NOTED:
        return
    what = f"the agent's clock is {abs(ahead):.0f} s {'ahead of' if ahead > 0 else 'behind'} that of {cloud}"
    mend = "Set the clock of the machine that the agent runs on by a time server."
    if abs(ahead) > _TOLERATED:
        yield Found("refuse", f"{what}; signatures are refused at 300 s", mend)
    else:
        yield Found("warn", f"{what}; changes are told apart by time, and signatures are refused at 300 s", mend)
