"""The agent's template in Azure, as text: no compiler is at hand, so what the code relies on is looked for."""

import re
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
TEMPLATE = (ROOT / "infra" / "main.bicep").read_text()
DEPLOYED = ("activities", "adapters", "api", "approvals", "ledger", "manual", "orchestrators", "plan")
"""Rooms that run in Azure; `cli` runs elsewhere."""


def settings() -> dict[str, str]:
    """App settings of the template: name to expression."""
    block = re.search(r"name: 'appsettings'\s+properties: union\(\{(.*?)\n    \}", TEMPLATE, re.DOTALL)
    assert block
    return dict(re.findall(r"^\s*(\w+): (.+)$", block[1], re.MULTILINE))


def test_the_app_gets_exactly_the_settings_of_ours_that_the_code_reads() -> None:
    texts = [path.read_text() for room in DEPLOYED for path in (ROOT / room).rglob("*.py")]
    sources = [text for text in texts if "environ" in text]  # others name settings of the app that they migrate to
    read = {name for text in sources for name in re.findall(r"[\"'](DAYZERO_[A-Z_]+)[\"']", text)}
    assert read
    always = {name for name in settings() if name.startswith("DAYZERO_")}
    assert always >= {"DAYZERO_LEDGER_TABLES", "DAYZERO_LEDGER_BLOBS", "DAYZERO_ARM_ENDPOINT"}
    described = re.search(r"@description\('([^']*)'\)\nparam moreSettings object", TEMPLATE)
    assert described
    assert always | set(re.findall(r"DAYZERO_[A-Z_]+", described[1])) == read


def test_storage_goes_by_the_identity_and_no_setting_holds_a_key() -> None:
    found = settings()
    assert found["AzureWebJobsStorage__accountName"] == "storage.name"
    assert found["AzureWebJobsStorage__credential"] == "'managedidentity'"
    assert found["AzureWebJobsStorage__clientId"] == found["AZURE_CLIENT_ID"] == "identity.properties.clientId"
    assert "AzureWebJobsStorage" not in found
    assert "allowSharedKeyAccess: false" in TEMPLATE
    assert "listKeys" not in TEMPLATE


def test_the_runtime_is_that_of_the_repository() -> None:
    version = (ROOT / ".python-version").read_text().strip()
    assert re.search(rf"runtime: \{{\s+name: 'python'\s+version: '{re.escape(version)}'", TEMPLATE)
    assert "tier: 'FlexConsumption'" in TEMPLATE


def test_the_identity_may_use_all_three_kinds_of_storage() -> None:
    roles = {
        "b7e6dc6d-f1e8-4753-8033-0f276bb0955b",  # Storage Blob Data Owner
        "974c5e8b-45b9-4653-ba55-5f855dd0fb88",  # Storage Queue Data Contributor
        "0a9a7e1f-b9d0-4cc4-a60d-0319b160aaa3",  # Storage Table Data Contributor
    }
    assert set(re.findall(r"'([0-9a-f]{8}-[0-9a-f-]{27})'", TEMPLATE)) == roles
    assert "for role in items(storageRoles)" in TEMPLATE


def test_every_name_that_is_used_is_declared_and_every_declared_one_is_used() -> None:
    declared = re.findall(r"^\s*(?:param|var|resource) (\w+) ", TEMPLATE, re.MULTILINE)
    code = re.sub(r"//.*", "", TEMPLATE)
    unused = [name for name in declared if name != "settings" and len(re.findall(rf"\b{name}\b", code)) < 2]
    roots = set(re.findall(r"\b([a-z]\w*)\.(?:id|name|properties)\b", code)) - {"role"}
    assert (unused, roots - set(declared)) == ([], set())
    assert {"name", "location", "maximumInstanceCount", "instanceMemoryMB"} <= set(declared)
    assert {"identity", "storage", "hostingPlan", "agent", "insights", "packageContainer"} <= set(declared)


def test_outputs_are_what_the_role_in_aws_asks_for() -> None:
    outputs = {name.lower() for name in re.findall(r"^output (\w+) string", TEMPLATE, re.MULTILINE)}
    wanted = {
        name.lower()
        for name in re.findall(r"^  (TenantId|IdentityObjectId):", (ROOT / "infra/aws-role.yaml").read_text(), re.M)
    }
    assert len(wanted) == 2
    assert wanted <= outputs
