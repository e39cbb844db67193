"""Names that must be unique, agree with each other, or travel safely."""

from collections.abc import Hashable, Iterable, Iterator
from urllib.parse import urlsplit

from plan.model import Plan
from plan.problems import Finding, Path
from plan.state import BucketStore

_LOOPBACK = {"localhost", "127.0.0.1", "::1"}


def check_account(plan: Plan) -> Iterator[Finding]:
    """The role belongs to the account that the plan is about."""
    role = plan.source.role_arn
    if role is not None and role.split(":")[4] != plan.source.account:
        what = f"the role belongs to account {role.split(':')[4]}, the plan to {plan.source.account}"
        yield Finding(("source", "role_arn"), what, "Correct source.account or the role")


def check_names(plan: Plan) -> Iterator[Finding]:
    """No two things of a kind have one name, and nothing moves twice."""
    state, source = plan.state, plan.source
    yield from _repeated((("source", "functions", i, "name"), one.name) for i, one in enumerate(source.functions))
    for i, function in enumerate(source.functions):
        yield from _repeated(
            (("source", "functions", i, "triggers", j), one.model_dump_json()) for j, one in enumerate(function.triggers)
        )
    yield from _repeated((("state", "stores", i, "name"), one.name) for i, one in enumerate(state.stores))
    yield from _repeated((("state", "queues", i, "name"), one.name) for i, one in enumerate(state.queues))
    yield from _repeated((("state", "queues", i, "source_queue"), one.source_queue) for i, one in enumerate(state.queues))
    changes = [(i, one.changes_queue) for i, one in enumerate(state.stores) if isinstance(one, BucketStore)]
    taken: list[tuple[Path, Hashable]] = [((), queue) for queue in _consumed(plan)]
    yield from _repeated(taken + [(("state", "stores", i, "changes_queue"), name) for i, name in changes if name])
    yield from _repeated((("secrets", i, "setting"), one.setting) for i, one in enumerate(plan.secrets))
    for where, probes in (("validation", plan.checks.validation), ("cleanup", plan.checks.cleanup)):
        yield from _repeated((("checks", where, i, "name"), one.name) for i, one in enumerate(probes))


def _consumed(plan: Plan) -> set[str]:
    """SQS queues with messages of the workload."""
    triggers = [trigger for function in plan.source.functions for trigger in function.triggers]
    return {one.queue for one in triggers if one.type == "queue"} | {one.source_queue for one in plan.state.queues}


def check_targets(plan: Plan) -> Iterator[Finding]:
    """Two sources never pour into one target, and names keep the rules of Azure Storage."""
    places: list[tuple[Path, Hashable]] = []
    for i, store in enumerate(plan.state.stores):
        here: Path = ("state", "stores", i)
        if isinstance(store, BucketStore):
            places.append(((*here, "target_container"), (store.target_endpoint, store.target_container)))
        else:
            places.append(((*here, "target_table"), (store.target_endpoint, store.target_table.lower())))
    places += [
        (("state", "queues", i, "target_queue"), (q.target_endpoint, q.target_queue)) for i, q in enumerate(plan.state.queues)
    ]
    places += [(("secrets", i, "target_name"), (s.target_vault, s.target_name.lower())) for i, s in enumerate(plan.secrets)]
    yield from _repeated(places)
    for path, place in places:
        name = str(place[1]) if isinstance(place, tuple) else ""
        if "--" in name and path[-1] != "target_name":
            yield Finding(path, f"{name} has two hyphens in a row, which Azure Storage refuses", "Use single hyphens")


def check_secret_settings(plan: Plan) -> Iterator[Finding]:
    """A setting has one origin: a secret, the app's settings or a dependency's."""
    settings: list[tuple[Path, Hashable]] = [(("target", "settings", name), name) for name in plan.target.settings]
    for i, dependency in enumerate(plan.target.dependencies_in_aws):
        settings += [(("target", "dependencies_in_aws", i, "settings", name), name) for name in dependency.settings]
    plain = {name for _, name in settings}
    settings += [(("secrets", i, "setting"), one.setting) for i, one in enumerate(plan.secrets) if one.setting in plain]
    yield from _repeated(settings)


def check_transport(plan: Plan) -> Iterator[Finding]:
    """Where the agent sends a token it does so over TLS; only this machine itself may be spoken to in the clear."""
    target = plan.target
    urls: list[tuple[Path, str | None]] = [
        (("target", "package", "url"), target.package.url),
        (("target", "infrastructure", "template", "url"), target.infrastructure.template.url),
        (("target", "scm_url"), target.scm_url),
        *((("state", "stores", i, "target_endpoint"), store.target_endpoint) for i, store in enumerate(plan.state.stores)),
        *((("state", "queues", i, "target_endpoint"), queue.target_endpoint) for i, queue in enumerate(plan.state.queues)),
        *((("secrets", i, "target_vault"), secret.target_vault) for i, secret in enumerate(plan.secrets)),
    ]
    for path, url in urls:
        if url is not None and url.startswith("http://") and urlsplit(url).hostname not in _LOOPBACK:
            yield Finding(path, "the agent's token would travel unencrypted", "Use https://")


def _repeated(names: Iterable[tuple[Path, Hashable]]) -> Iterator[Finding]:
    seen: set[Hashable] = set()
    for path, name in names:
        if name in seen:
            shown = name[-1] if isinstance(name, tuple) else name
            yield Finding(path, f"{shown} stands twice", "Give each its own, or remove one")
        seen.add(name)
