"""A plan never holds a secret, and a message about one never shows it."""

import pytest

from plan.load import plan_from_json
from plan.problems import PlanError
from tests.plan.plans import data, problems_of

HIDDEN = "hunter2hunter2"


@pytest.mark.parametrize("name", ["DB_PASSWORD", "apiKey", "token", "ClientSecret", "STORAGE_ACCOUNT_KEY"])
def test_a_setting_named_like_a_secret_is_refused_without_showing_it(name: str) -> None:
    changed = data()
    changed["target"]["settings"][name] = HIDDEN
    with pytest.raises(PlanError) as caught:
        plan_from_json(changed, "request")
    [problem] = caught.value.problems
    assert problem.field == f"target.settings.{name}"
    assert "`secrets`" in problem.mend
    assert HIDDEN not in str(caught.value)


@pytest.mark.parametrize(
    "value",
    [
        f"DefaultEndpointsProtocol=https;AccountName=a;AccountKey={HIDDEN}",
        f"https://a.blob.core.windows.net/c/b.zip?sv=1&sig={HIDDEN}",
        f"postgres://user:{HIDDEN}@db.example.com/orders",
        f"-----BEGIN RSA PRIVATE KEY-----{HIDDEN}",
    ],
)
def test_a_value_shaped_like_a_credential_is_refused_anywhere(value: str) -> None:
    changed = data()
    changed["target"]["settings"]["STORE"] = value
    changed["target"]["package"]["url"] = value
    problems = problems_of(changed)
    assert set(problems) == {"target.settings.STORE", "target.package.url"}
    assert HIDDEN not in "".join(map(str, problems.values()))


def test_parameters_are_looked_through_to_the_bottom() -> None:
    changed = data()
    changed["target"]["infrastructure"]["parameters"] = {"db": {"admin": [{"password": HIDDEN}]}}
    assert set(problems_of(changed)) == {"target.infrastructure.parameters.db.admin[0].password"}


def test_references_to_a_vault_and_harmless_names_pass() -> None:
    changed = data()
    changed["target"]["settings"] |= {
        "DB_PASSWORD": "@Microsoft.KeyVault(SecretUri=https://v.vault.azure.net/secrets/p)",
        "KEY_VAULT_NAME": "v",
        "TOKEN_LIFETIME": "5m",
    }
    changed["target"]["infrastructure"]["parameters"] = {
        "adminPassword": {"reference": {"keyVault": {"id": "/x"}, "secretName": "p"}}
    }
    assert problems_of(changed) == {}


def test_a_misplaced_password_is_not_repeated_in_the_complaint() -> None:
    changed = data()
    changed["owners"]["lead"]["password"] = HIDDEN
    changed["version"] = {"password": HIDDEN}
    with pytest.raises(PlanError) as caught:
        plan_from_json(changed, "request")
    assert len(caught.value.problems) == 2
    assert HIDDEN not in str(caught.value)
