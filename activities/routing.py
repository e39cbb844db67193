"""How a plan's router is spoken of, and whether clients pass through AWS on their way to Azure.

Lives here: what depends on the kind of router. Never here: a change of weights; that is the router's.
"""

from activities.step import Work
from plan.addresses import http_apis
from plan.fields import format_duration
from plan.model import Plan
from plan.traffic import HttpApiRouter, LambdaAliasRouter, Route53Router, TrafficManagerRouter


def routing_facts(plan: Plan) -> dict[str, str]:
    """`router`: what sends clients to one side or the other; `make_ready`: what a later switch needs beforehand."""
    traffic, ttl = plan.traffic, format_duration(plan.traffic.ttl)
    match traffic:
        case Route53Router():
            router = f"the records of {traffic.record}"
            ready = f"lower their TTL to {ttl} and wait until answers with the old TTL have run out"
        case TrafficManagerRouter():
            router = f"Traffic Manager profile {traffic.profile}"
            ready = f"lower its TTL to {ttl} and wait until answers with the old TTL have run out"
        case HttpApiRouter():
            router = f"the routes of HTTP API {', '.join(http_apis(plan))}"
            ready = "nothing has to be prepared there"
        case LambdaAliasRouter():
            router = ", ".join(f"alias {one.alias} of {one.name}" for one in traffic.functions)
            ready = "publish the forwarder as a version of each function, its own code untouched"
    return {"router": router, "make_ready": ready}


def touched(plan: Plan) -> tuple[str, ...]:
    """Places of the source's state that change when the router does."""
    match plan.traffic:
        case HttpApiRouter():
            return ("router", "front_doors")
        case LambdaAliasRouter():
            return ("router", "functions.*.versions", "functions.*.aliases")
        case _:
            return ("router",)


def passed_through(work: Work) -> bool:
    """Whether clients now reach Azure through the source's own front door: closing that would cut them off."""
    return work.plan.traffic.through_source and work.world.router.weight() == 100


def forwarding(plan: Plan) -> set[str]:
    """Functions that go on running, because they pass clients on to Azure."""
    return {one.name for one in plan.traffic.functions} if isinstance(plan.traffic, LambdaAliasRouter) else set()
