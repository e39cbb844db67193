"""Callers that Azure would turn away. Source: "Control and manage access to HTTP APIs" (API Gateway)."""

from collections.abc import Iterator

from activities.inspections.facts import Facts
from activities.inspections.finding import Found


def signature_refused(facts: Facts, api: str) -> Iterator[Found]:
    """Routes whose callers are checked by API Gateway, which will not stand before Azure; where it does, it goes on."""
    if facts.plan.traffic.through_source:
        return
    guarded: dict[str, list[str]] = {}
    for route in facts.world.front_door.snapshot(api)["routes"]:
        how = str(route.get("AuthorizationType") or "NONE")
        if how != "NONE":
            guarded.setdefault(how, []).append(str(route.get("RouteKey", route.get("RouteId"))))
    for how, routes in sorted(guarded.items()):
        shown = ", ".join(sorted(routes)[:5]) + (f" and {len(routes) - 5} more" if len(routes) > 5 else "")
        what = f"API {api} lets callers in by {how} on {len(routes)} routes ({shown}); nothing on Azure checks or knows that"
        mend = "Put API Management or the app's own authentication in front, change the callers, or route through the API."
        yield Found("refuse", what, mend)
