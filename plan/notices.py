"""Notices: who is told what happens, beside those who look themselves.

Lives here: where notices go. Never here: what they say. Addresses that hold a secret, and keys, are settings of the agent.
"""

from typing import Annotated, Literal

from pydantic import Field

from plan.fields import HttpUrl, Name, Part

LOOPBACK = {"localhost", "127.0.0.1", "::1"}
"""Hosts to which nothing needs to be encrypted."""
NoticeSetting = Annotated[str, Field(pattern=r"^DAYZERO_NOTICE_[A-Z0-9_]{1,64}$", examples=["DAYZERO_NOTICE_TEAMS"])]


class Sink(Part):
    """A place that gets a notice at every phase, gate, decision, overrun, failback and end of a run, and nothing else."""

    name: Annotated[str, Field(pattern=r"^[a-z0-9]([a-z0-9-]{0,30}[a-z0-9])?$", examples=["war-room"])]
    """What it is called in the record."""
    kind: Literal["teams-workflow", "webhook"]
    """teams-workflow: Adaptive Cards to a Workflows webhook of Teams; webhook: signed CloudEvents."""
    url: HttpUrl | None = None
    """Its address, if the address is no secret."""
    url_setting: NoticeSetting | None = None
    """Setting of the agent that holds its address; the address of a Workflows webhook is a secret."""
    signing_setting: NoticeSetting | None = None
    """Setting of the agent that holds the keys that sign: `id:base64key` pairs with commas between, the first signs."""
    links_for: list[Name] = []
    """People whose signed links go with a gate that asks. Whoever reads the sink can decide as them: one person, one sink."""
