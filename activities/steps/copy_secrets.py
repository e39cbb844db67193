"""The step that carries secrets to Key Vault. Their values never leave the adapter."""

import re
from datetime import timedelta

from activities import app_settings
from activities.step import Done, Failed, Step, Verdict, Waiting, Work
from adapters.records import Json
from plan.state import Secret


class CopySecrets(Step):
    """Copy each secret to Key Vault and let an app setting refer to it."""

    owner = "data"
    instruction = "Copy {secrets} to Key Vault and set the app settings of {app} that refer to them."
    expected = "Key Vault holds what AWS holds, and every reference resolves."
    validation = "Both values are compared in memory; Azure reports every reference as resolved."
    rollback = "Versions that this run set are disabled, secrets that it made are deleted, settings that it added are removed."
    break_glass = "No secret is read; the person needs the agent's role on the vault."
    estimate = timedelta(minutes=2)

    def snapshot(self, work: Work) -> Json:
        """Versions and settings that are there already."""
        secrets, world = work.plan.secrets, work.world
        versions = {it.target_name: world.secrets.target_versions(it.target_vault, it.target_name) for it in secrets}
        return {"versions": versions, **app_settings.present(world, list(_references(secrets)))}

    def do(self, work: Work, before: Json) -> Json:
        """Copy, then refer; which version of AWS was copied is noted first, so that a later one is noticed."""
        current = {it.source: work.world.secrets.source_version(it.source) for it in work.plan.secrets}
        versions = {it.source: work.world.secrets.copy(it.source, it.target_vault, it.target_name) for it in work.plan.secrets}
        app_settings.add(work.world, _wanted(work), before)
        return {"versions": versions, "source_versions": current}

    def verify(self, work: Work, before: Json) -> Verdict:
        """Compare in memory and ask Azure about the references."""
        secrets = work.plan.secrets
        other = [it.source for it in secrets if not work.world.secrets.same(it.source, it.target_vault, it.target_name)]
        if other:
            return Failed(f"{', '.join(other)} changed while it was copied", "Stop the rotation, then retry.")
        gone = sorted(_wanted(work))
        if gone:
            what = f"settings that do not refer to their secret: {', '.join(gone)}"
            return Failed(what, "Find who else changes the app's settings, then retry.", "drift")
        problems = {name: why for name, why in work.world.app.reference_problems().items() if name in _references(secrets)}
        if problems:
            return Waiting(f"Key Vault references to resolve: {problems}")
        return Done({"copied": len(secrets)})

    def undo(self, work: Work, before: Json) -> Json:
        """Take settings and versions away again."""
        app_settings.take_away(work.world, list(_references(work.plan.secrets)), before)
        for it in work.plan.secrets:
            work.world.secrets.remove(it.target_vault, it.target_name, keep=before["versions"][it.target_name])
        return {}

    def undone(self, work: Work, before: Json) -> Verdict:
        """Only the versions that were there before are enabled."""
        found = {
            it.target_name: work.world.secrets.target_versions(it.target_vault, it.target_name) for it in work.plan.secrets
        }
        left = app_settings.left_over(work.world, list(_references(work.plan.secrets)), before)
        if left or any(sorted(found[name]) != sorted(before["versions"][name]) for name in found):
            return Failed(f"settings {left} or secret versions are left over", "Disable the newest versions by hand.")
        return Done()


def _wanted(work: Work) -> dict[str, str]:
    """References to set; one that the template made is left as it is, however it spells the same secret."""
    found, names = work.world.app.settings(), {it.setting: it.target_name for it in work.plan.secrets}
    wanted = _references(work.plan.secrets)
    return {name: uri for name, uri in wanted.items() if not _refers(found.get(name, ""), names[name])}


def _refers(value: str, secret: str) -> bool:
    """Whether a setting's value is a Key Vault reference to this secret, in either form of the App Service documentation."""
    form = rf"@Microsoft\.KeyVault\(.*(/secrets/|SecretName=){re.escape(secret)}([/;].*)?\)"
    return re.fullmatch(form, value) is not None


def _references(secrets: list[Secret]) -> dict[str, str]:
    return {
        it.setting: f"@Microsoft.KeyVault(SecretUri={it.target_vault.rstrip('/')}/secrets/{it.target_name})" for it in secrets
    }
