"""Key Vault secrets through the real azure-keyvault-secrets, and references to them in app settings."""

import stat
from collections.abc import Iterator

import pytest
from azure.core.exceptions import HttpResponseError, ResourceNotFoundError

from tests.local.arm_support import HTTP_FUNCTION, StandIn, package, until


@pytest.fixture(scope="module")
def arm(tmp_path_factory: pytest.TempPathFactory) -> Iterator[StandIn]:
    with StandIn(tmp_path_factory.mktemp("arm")) as started:
        yield started


def test_every_set_is_a_new_version(arm: StandIn) -> None:
    first = arm.secrets.set_secret("two", "old", tags={"from": "test"})
    second = arm.secrets.set_secret("two", "new")
    assert first.properties.version != second.properties.version
    assert arm.secrets.get_secret("two").value == "new"
    assert arm.secrets.get_secret("two", first.properties.version).value == "old"
    assert {one.version for one in arm.secrets.list_properties_of_secret_versions("two")} == {
        first.properties.version,
        second.properties.version,
    }
    assert "two" in [one.name for one in arm.secrets.list_properties_of_secrets()]


def test_a_disabled_secret_is_forbidden(arm: StandIn) -> None:
    arm.secrets.set_secret("off", "value")
    arm.secrets.update_secret_properties("off", enabled=False, tags={"why": "test"})
    with pytest.raises(HttpResponseError) as refused:
        arm.secrets.get_secret("off")
    assert refused.value.status_code == 403
    assert next(arm.secrets.list_properties_of_secret_versions("off")).tags == {"why": "test"}


def test_a_deleted_secret_can_be_recovered_or_purged(arm: StandIn) -> None:
    arm.secrets.set_secret("gone", "value")
    arm.secrets.begin_delete_secret("gone", _polling_interval=0.05).wait()
    with pytest.raises(ResourceNotFoundError) as missing:
        arm.secrets.get_secret("gone")
    assert missing.value.error is not None and missing.value.error.code == "SecretNotFound"
    with pytest.raises(HttpResponseError, match="recoverable"):
        arm.secrets.set_secret("gone", "again")
    assert arm.secrets.get_deleted_secret("gone").name == "gone"
    arm.secrets.begin_recover_deleted_secret("gone", _polling_interval=0.05).wait()
    assert arm.secrets.get_secret("gone").value == "value"
    arm.secrets.begin_delete_secret("gone", _polling_interval=0.05).wait()
    arm.secrets.purge_deleted_secret("gone")
    with pytest.raises(ResourceNotFoundError):
        arm.secrets.get_deleted_secret("gone")


def test_values_are_in_a_private_file_and_in_no_log(arm: StandIn) -> None:
    arm.secrets.set_secret("quiet", "a-value-that-nobody-may-read")
    assert stat.S_IMODE((arm.folder / "data" / "vault.json").stat().st_mode) == 0o600
    assert "a-value-that-nobody-may-read" not in (arm.folder / "arm.log").read_text()
    arm.stop()
    arm.start()
    assert arm.secrets.get_secret("quiet").value == "a-value-that-nobody-may-read"


def test_references_reach_the_process_as_values(arm: StandIn) -> None:
    version = arm.secrets.set_secret("payment-key", "s3cret").properties
    by_uri = f"@Microsoft.KeyVault(SecretUri={version.id})"
    by_name = "@Microsoft.KeyVault(VaultName=orders-vault;SecretName=payment-key)"
    absent = "@Microsoft.KeyVault(VaultName=orders-vault;SecretName=not-there)"
    arm.site(
        BY_URI=by_uri,
        BY_NAME=by_name,
        ABSENT=absent,
        ELSEWHERE="@Microsoft.KeyVault(VaultName=other;SecretName=a)",
        BAD="@Microsoft.KeyVault(x)",
    )
    arm.publish(package(HTTP_FUNCTION))
    until(lambda: arm.setting_seen("BY_URI"))
    assert (arm.setting_seen("BY_URI"), arm.setting_seen("BY_NAME"), arm.setting_seen("ABSENT")) == ("s3cret", "s3cret", absent)
    statuses = {
        one.name: one["properties"]["status"]
        for one in arm.web.web_apps.get_app_settings_key_vault_references("orders", "orders-func")
    }
    assert statuses == {
        "BY_URI": "Resolved",
        "BY_NAME": "Resolved",
        "ABSENT": "SecretNotFound",
        "ELSEWHERE": "VaultNotFound",
        "BAD": "InvalidSyntax",
    }
    one = arm.web.web_apps.get_app_setting_key_vault_reference("orders", "orders-func", "BY_NAME")
    assert one["properties"]["activeVersion"] == version.version
    assert arm.web.web_apps.list_application_settings("orders", "orders-func")["properties"]["BY_NAME"] == by_name


def test_a_site_without_identity_resolves_nothing(arm: StandIn) -> None:
    arm.secrets.set_secret("payment-key", "s3cret")
    settings = [{"name": "KEY", "value": "@Microsoft.KeyVault(VaultName=orders-vault;SecretName=payment-key)"}]
    site = {"location": "westeurope", "properties": {"siteConfig": {"appSettings": settings}}}
    path = f"{arm.group}/providers/Microsoft.Web/sites/bare"
    arm.resources.resource_groups.create_or_update("orders", {"location": "westeurope"})
    arm.http.put(path, params={"api-version": "2024-04-01"}, json=site).raise_for_status()
    one = arm.web.web_apps.get_app_setting_key_vault_reference("orders", "bare", "KEY")
    assert one["properties"]["status"] == "MSINotEnabled"


def test_an_operation_that_the_data_actions_do_not_cover_is_forbidden(arm: StandIn) -> None:
    arm.secrets.set_secret("guarded", "value")
    read_only = {"actions": ["*"], "dataActions": ["Microsoft.KeyVault/vaults/secrets/getSecret/action"]}
    arm.http.put("/_standin/permissions", json={"value": [read_only]}).raise_for_status()
    with pytest.raises(HttpResponseError, match="not authorized"):
        arm.secrets.set_secret("guarded", "other")
    assert arm.secrets.get_secret("guarded").value == "value"
    arm.http.delete("/_standin/permissions").raise_for_status()
