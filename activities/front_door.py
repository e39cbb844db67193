"""Asking the clients' address."""

from activities.probing import wrong
from activities.step import Work
from adapters.records import Answer
from plan.addresses import clients_address


def healthy(work: Work) -> tuple[Answer, str | None]:
    """The answer to the health probe at the clients' address, and what is wrong with it."""
    probe = work.plan.checks.health
    answer = work.world.web.ask(probe.method, clients_address(work.plan) + probe.path)
    return answer, wrong(answer, probe, work.run)
