"""What every SecretCopier promises, and that no value leaks."""

import itertools
from collections.abc import Iterator
from typing import Any

import boto3
import pytest
from azure.core.exceptions import ResourceNotFoundError
from azure.identity import DefaultAzureCredential
from azure.keyvault.secrets import SecretClient

from adapters.errors import AdapterError
from adapters.ports import SecretCopier
from adapters.states.secrets import KeyVaultCopier
from local.environment import Environment

NUMBER = itertools.count()
VALUE = "s3cr3t-välue\n"


class Secrets:
    def __init__(self, vault: str, number: int) -> None:
        session, credential = boto3.Session(region_name="eu-west-1"), DefaultAzureCredential()
        self.aws: Any = session.client("secretsmanager")
        self.vault, self.source, self.target = vault, f"orders/key{number}", f"orders-key{number}"
        self.aws.create_secret(Name=self.source, SecretString=VALUE)
        self.azure = SecretClient(vault, credential)
        self.copier: SecretCopier = KeyVaultCopier(session=session, credential=credential)

    def copy(self) -> str:
        return self.copier.copy(self.source, self.vault, self.target)

    def same(self) -> bool:
        return self.copier.same(self.source, self.vault, self.target)

    def versions(self) -> list[str]:
        return self.copier.target_versions(self.vault, self.target)


@pytest.fixture
def secrets(environment: Environment) -> Iterator[Secrets]:
    yield Secrets(environment.variables()["TARGET_VAULT"], next(NUMBER))


def test_a_secret_is_copied_once(secrets: Secrets) -> None:
    assert secrets.versions() == []
    assert not secrets.same()
    version = secrets.copy()
    assert secrets.azure.get_secret(secrets.target).value == VALUE
    assert secrets.same()
    assert secrets.copy() == version
    assert secrets.versions() == [version]


def test_a_changed_secret_gets_a_new_version_that_comes_first(secrets: Secrets) -> None:
    first = secrets.copy()
    secrets.aws.put_secret_value(SecretId=secrets.source, SecretString="other")
    assert not secrets.same()
    second = secrets.copy()
    assert sorted(secrets.versions()) == sorted([first, second])
    assert secrets.azure.get_secret(secrets.target).value == "other"


def test_a_rotation_is_noticed_without_reading_a_value(secrets: Secrets) -> None:
    first = secrets.copier.source_version(secrets.source)
    assert secrets.copier.source_version(secrets.source) == first
    secrets.aws.put_secret_value(SecretId=secrets.source, SecretString="new")
    assert secrets.copier.source_version(secrets.source) not in {"", first}
    with pytest.raises(AdapterError, match="no/such"):
        secrets.copier.source_version("no/such")


def test_a_binary_secret_is_base64_and_says_so(secrets: Secrets) -> None:
    secrets.aws.put_secret_value(SecretId=secrets.source, SecretBinary=b"\x00\xff")
    secrets.copy()
    found = secrets.azure.get_secret(secrets.target)
    assert (found.value, found.properties.content_type) == ("AP8=", "application/octet-stream;base64")
    assert secrets.same()
    secrets.aws.put_secret_value(SecretId=secrets.source, SecretString="AP8=")
    assert not secrets.same()


def test_versions_that_the_migration_made_are_disabled(secrets: Secrets) -> None:
    kept = secrets.azure.set_secret(secrets.target, "before").id
    secrets.copy()
    secrets.copier.remove(secrets.vault, secrets.target, [str(kept)])
    secrets.copier.remove(secrets.vault, secrets.target, [str(kept)])
    assert secrets.versions() == [kept]


def test_a_secret_that_was_not_there_before_is_deleted_and_can_come_again(secrets: Secrets) -> None:
    secrets.copy()
    secrets.copier.remove(secrets.vault, secrets.target, [])
    secrets.copier.remove(secrets.vault, secrets.target, [])
    assert secrets.versions() == []
    with pytest.raises(ResourceNotFoundError):
        secrets.azure.get_secret(secrets.target)
    secrets.copy()
    assert secrets.same()


def test_errors_hold_no_value(secrets: Secrets, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level("DEBUG", logger="adapters")
    with pytest.raises(AdapterError) as missing:
        secrets.copier.copy("orders/none", secrets.vault, secrets.target)
    assert missing.value.code == "not-found"
    secrets.aws.put_secret_value(SecretId=secrets.source, SecretString=VALUE * 3000)
    with pytest.raises(AdapterError) as long:
        secrets.copy()
    secrets.aws.put_secret_value(SecretId=secrets.source, SecretString=VALUE)
    with pytest.raises(AdapterError) as invalid:
        secrets.copier.copy(secrets.source, secrets.vault, "not/a/name")
    for caught in (long, invalid):
        assert "s3cr3t" not in repr(caught.value) + str(caught.value) + caught.value.mend
        assert "s3cr3t" not in "".join(map(str, (caught.value.__cause__, caught.value.__context__)))
    assert "s3cr3t" not in caplog.text
