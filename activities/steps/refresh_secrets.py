"""The step that notices secrets that were rotated in AWS while people were waited for, and copies them again.

A reference without a version is read again by App Service within a day, or at once when a setting of the app changes (App
Service documentation, "Use Key Vault references", rotation). So one setting names what was copied: the app restarts, which no
client notices, because this step stands where Azure serves none.
"""

import hashlib
from datetime import timedelta

from activities import app_settings
from activities.probing import wrong
from activities.step import Done, Failed, Step, Verdict, Waiting, Work
from adapters.records import Json

SETTING = "SECRETS_COPIED"
"""App setting whose value changes with the versions that were copied."""
_LOOKS = 3
"""Right answers in a row after which a restarted app counts as up."""


class RefreshSecrets(Step):
    """Copy secrets again that AWS has rotated since they were copied."""

    owner = "data"
    instruction = (
        "Compare the current versions of {secrets} with those that were copied; copy what is new, and let {app} read it."
    )
    expected = "Key Vault holds the current version of each secret."
    validation = (
        "Version ids are compared without reading a value; what was copied again is compared in memory; references resolve."
    )
    rollback = "Versions that this step set are disabled, its setting is removed; the versions from before are current again."
    estimate = timedelta(seconds=30)

    def snapshot(self, work: Work) -> Json:
        """Versions in Key Vault, and whether the setting is there."""
        secrets = work.world.secrets
        versions = {it.target_name: secrets.target_versions(it.target_vault, it.target_name) for it in work.plan.secrets}
        return {"versions": versions, **app_settings.present(work.world, [SETTING])}

    def do(self, work: Work, before: Json) -> Json:
        """Copy what is new; the app is told only if anything was."""
        secrets, copied = work.world.secrets, (work.record.evidence("copy_secrets") or {}).get("source_versions", {})
        found = {it.source: secrets.source_version(it.source) for it in work.plan.secrets}
        rotated = [it for it in work.plan.secrets if copied.get(it.source) != found[it.source]]
        versions = {it.target_name: secrets.copy(it.source, it.target_vault, it.target_name) for it in rotated}
        fresh = sorted(version for name, version in versions.items() if version not in before["versions"][name])
        if fresh:
            text = hashlib.sha256("\n".join(fresh).encode()).hexdigest()[:16]
            app_settings.add(work.world, {SETTING: text}, {"present": []})
        known = {"source_versions": found, "versions": versions}
        return known | {"rotated": [it.source for it in rotated], "fresh": fresh, "right": 0}

    def verify(self, work: Work, before: Json) -> Verdict:
        """Nothing was rotated since, and an app that was told is up again with references that resolve."""
        for it in work.plan.secrets:
            if work.world.secrets.source_version(it.source) != work.did["source_versions"][it.source]:
                return Failed(f"{it.source} was rotated while it was copied", "Stop the rotation, then retry.")
            if it.source in work.did["rotated"] and not work.world.secrets.same(it.source, it.target_vault, it.target_name):
                return Failed(f"{it.target_name} does not hold what {it.source} holds", "Find who else sets it.", "drift")
        return self._up(work) if work.did["fresh"] else Done()

    def _up(self, work: Work) -> Verdict:
        names = {it.setting for it in work.plan.secrets}
        problems = {name: why for name, why in work.world.app.reference_problems().items() if name in names}
        if problems:
            return Waiting(f"Key Vault references to resolve: {problems}", work.did | {"right": 0})
        if not work.world.app.functions():
            return Waiting("the host to start again", work.did | {"right": 0})
        problem = self._problem(work)
        right = 0 if problem else work.did["right"] + 1
        return Done() if right >= _LOOKS else Waiting(problem or "more right answers", work.did | {"right": right})

    def _problem(self, work: Work) -> str | None:
        """What is wrong with the app's answer, once its functions are enabled."""
        if not work.record.begun("enable_target"):
            return None
        health = work.plan.checks.health
        answer = work.world.web.ask(health.method, work.world.app.base_url().rstrip("/") + health.path)
        return wrong(answer, health, work.run)

    def undo(self, work: Work, before: Json) -> Json:
        """The setting goes, the versions from before are current again."""
        app_settings.take_away(work.world, [SETTING], before)
        for it in work.plan.secrets:
            kept = _kept(work, before)[it.target_name]
            if kept:  # without any, copy_secrets made the secret, and its undo deletes it
                work.world.secrets.remove(it.target_vault, it.target_name, keep=kept)
        return {}

    def undone(self, work: Work, before: Json) -> Verdict:
        """Only the versions from before are enabled."""
        secrets = work.world.secrets
        found = {it.target_name: secrets.target_versions(it.target_vault, it.target_name) for it in work.plan.secrets}
        left = app_settings.left_over(work.world, [SETTING], before)
        kept = _kept(work, before)
        if left or any(sorted(found[name]) != sorted(kept[name]) for name in found):
            return Failed(f"settings {left} or secret versions are left over", "Disable the newest versions by hand.")
        return Done()


def _kept(work: Work, before: Json) -> dict[str, list[str]]:
    """Versions that are to be left; those that copy_secrets made are gone, if this is undone again after it was."""
    first = work.record.before("copy_secrets") if work.record.undone("copy_secrets") else None
    kept: dict[str, list[str]] = (first or before)["versions"]
    return kept
