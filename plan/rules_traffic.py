"""A router that can do what the strategy asks of it, for everything that has clients."""

from collections.abc import Iterator

from plan.model import Plan
from plan.problems import Finding, Path
from plan.traffic import HttpApiRouter, LambdaAliasRouter


def check_router(plan: Plan) -> Iterator[Finding]:
    """What a router cannot do is not asked of it, and nobody who has clients is left out."""
    if plan.traffic.through_source and plan.strategy == "zero-downtime" and plan.checks.source is None:
        what = f"with the router {plan.traffic.router}, the API's own address leads to Azure in the end, not to AWS"
        yield Finding(
            ("checks", "source"), what, "Name an address at which AWS itself goes on answering, such as a function URL"
        )
    match plan.traffic:
        case HttpApiRouter() as traffic:
            if traffic.ramp != [100]:
                what = f"the http-api router sends all clients or none, which {traffic.ramp} does not"
                yield Finding(("traffic", "ramp"), what, "Write ramp: [100], or choose a router with weights")
            if not _with_http(plan):
                what = "no function has an http trigger whose API could be switched"
                yield Finding(("traffic", "router"), what, "Add the triggers, or choose another router")
        case LambdaAliasRouter() as traffic:
            yield from _aliases(plan, traffic)


def _aliases(plan: Plan, traffic: LambdaAliasRouter) -> Iterator[Finding]:
    if plan.strategy != "zero-downtime":
        what = f"{plan.strategy} closes the functions, which the lambda-alias router needs to reach Azure"
        yield Finding(("traffic", "router"), what, "Choose zero-downtime, or the router http-api")
    names, seen = {function.name for function in plan.source.functions}, set()
    for index, function in enumerate(traffic.functions):
        path: Path = ("traffic", "functions", index, "name")
        if function.name not in names:
            what = f"{function.name} is not under source.functions"
            yield Finding(path, what, f"Name one of: {', '.join(sorted(names))}")
        if function.name in seen:
            yield Finding(path, f"{function.name} stands twice", "Name each function once, with the alias that all callers use")
        seen.add(function.name)
    for name in sorted(_with_http(plan) - seen):
        mend = f"Add name: {name} with the alias that its API calls"
        yield Finding(("traffic", "functions"), f"{name} has clients by HTTP, and no alias here sends them to Azure", mend)


def _with_http(plan: Plan) -> set[str]:
    return {one.name for one in plan.source.functions if any(trigger.type == "http" for trigger in one.triggers)}
