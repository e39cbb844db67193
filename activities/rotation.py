"""Secrets that were rotated in AWS after they were copied: noticed at the last gate, when clients use Azure's copies.

Lives here: comparing ids of versions with what the ledger says was copied; no value is read. Never here: copying. An app that
serves clients has to read the new value too, and may have to be restarted for it: people choose the moment.
"""

from adapters.errors import AdapterError
from adapters.world import World
from ledger.ledger import Ledger
from ledger.runs import Run
from plan.model import Plan

_STEPS = ("copy_secrets", "refresh_secrets")


def rotated(ledger: Ledger, run: Run, plan: Plan, world: World) -> str:
    """What an approval waits for; empty when every secret is as it was copied, or others have set it in Key Vault since."""
    rows = {row.name: row.evidence or {} for row in ledger.steps.all(run.run) if row.name in _STEPS and row.state == "done"}
    if not rows:
        return ""
    copied: dict[str, str] = {}
    set_: set[str] = set()
    for name in _STEPS:
        copied |= rows.get(name, {}).get("source_versions", {})
        set_ |= set(rows.get(name, {}).get("versions", {}).values())
    found = []
    try:
        for it in plan.secrets:
            if world.secrets.source_version(it.source) == copied.get(it.source):
                continue
            newest = world.secrets.target_versions(it.target_vault, it.target_name)[:1]
            if set(newest) <= set_:
                found.append(f"{it.source} (in Key Vault: {it.target_name})")
    except AdapterError as error:
        return f"the secrets to be readable ({error.message})"
    if not found:
        return ""
    mend = "set the current value in Key Vault, as the manual does it by hand in refresh_secrets, and restart the app"
    return f"secrets that were rotated in AWS after they were copied: {', '.join(found)}; {mend}"
