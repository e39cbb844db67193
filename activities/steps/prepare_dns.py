"""The step that makes a later switch quick: the domain is bound, answers live briefly."""

from datetime import timedelta

from activities.routing import touched
from activities.step import Done, Step, Verdict, Waiting, Work, same
from activities.weights import seen
from adapters.records import Json
from plan.fields import format_duration
from plan.model import Plan


class PrepareDns(Step):
    """Bind the custom domain and make the router ready: answers of old lifetime have run out before clients are switched."""

    owner = "network"
    instruction = "Bind {domain} on {app}. Make {router} ready: {make_ready}."
    expected = "Nobody keeps an answer of {router} for longer than {ttl}; who is sent where has not changed."
    validation = (
        "The weight is read back, and the old TTL has passed since it was changed; 200 requests or look-ups of clients are "
        "tried, and are sent as before."
    )
    rollback = "The router is restored as it was, TTL and weights included; the domain is unbound if this run bound it."
    estimate = timedelta(minutes=5)

    def snapshot(self, work: Work) -> Json:
        """The router as it is, and the domains that are bound."""
        bound = work.world.app.bound_domains() if work.plan.target.domain else []
        return {"router": work.world.router.snapshot(), "bound": bound}

    def do(self, work: Work, before: Json) -> Json:
        """Bind, and set the weight that there is, with the new lifetime."""
        domain = work.plan.target.domain
        if domain:
            work.world.app.bind_domain(domain.host_name, domain.certificate_thumbprint)
        router = work.world.router
        router.set_weight(router.weight(), work.plan.traffic.ttl)
        return {"changed": work.now.isoformat(), "weight": router.weight()}

    def verify(self, work: Work, before: Json) -> Verdict:
        """The old lifetime must have run out; and it must be possible to see where clients are sent, before any is moved."""
        old = timedelta(seconds=before["router"]["ttl"])
        if work.since("changed") < old:
            return Waiting(f"answers with the old TTL of {format_duration(old)} to run out")
        domain = work.plan.target.domain
        if domain and domain.host_name not in work.world.app.bound_domains():
            return Waiting(f"{domain.host_name} to be bound")
        found = seen(work, work.did["weight"], old, "changed")
        return Done({"old_ttl_seconds": old.total_seconds()} | found.evidence) if isinstance(found, Done) else found

    def undo(self, work: Work, before: Json) -> Json:
        """Restore the router and unbind what this run bound."""
        work.world.router.restore(before["router"])
        domain = work.plan.target.domain
        if domain and domain.host_name not in before["bound"]:
            work.world.app.unbind_domain(domain.host_name)
        return {}

    def undone(self, work: Work, before: Json) -> Verdict:
        """The router is as it was."""
        return same(work.world.router.snapshot(), before["router"], "router", "Restore it by hand from the ledger.")

    def touches(self, plan: Plan) -> tuple[str, ...]:
        """What the router is made of."""
        return touched(plan)
