"""Notices go somewhere, once, and keep what must stay secret out of the plan."""

from collections.abc import Iterator
from urllib.parse import urlsplit

from plan.model import Plan
from plan.notices import LOOPBACK
from plan.problems import Finding


def check_notices(plan: Plan) -> Iterator[Finding]:
    """Each sink has its name, one address, and what its kind needs."""
    names = {owner.name for owner in plan.owners.values()}
    seen: set[str] = set()
    for index, sink in enumerate(plan.notices):
        path = ("notices", index)
        if sink.name in seen:
            yield Finding((*path, "name"), f"{sink.name} stands twice", "Give each sink its own name")
        seen.add(sink.name)
        if (sink.url is None) == (sink.url_setting is None):
            yield Finding(path, "the sink has not exactly one address", "Give either url or url_setting")
        if sink.url is not None and sink.url.startswith("http://") and urlsplit(sink.url).hostname not in LOOPBACK:
            yield Finding((*path, "url"), "notices would travel unencrypted", "Use https://")
        if sink.kind == "webhook" and sink.signing_setting is None:
            yield Finding((*path, "signing_setting"), "a webhook's events are signed", "Name a setting that holds the keys")
        for place, name in enumerate(sink.links_for):
            if name not in names:
                yield Finding((*path, "links_for", place), f"{name} is not the name of an owner", "Use the name of an owner")
