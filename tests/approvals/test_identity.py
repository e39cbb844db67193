"""Who Entra ID says somebody is: believed only behind the platform's authentication, mapped to the plan's owners."""

import base64
import json
from typing import Any

import pytest

from approvals.errors import NotAllowed
from approvals.identity import owners_of, person_of, principal
from ledger.ledger import Ledger
from tests.approvals.gates import LENA_ID, AtTheGate

OID = "http://schemas.microsoft.com/identity/claims/objectidentifier"
STRANGER = "00000000-0000-0000-0000-00000000000f"


def header(*claims: tuple[str, Any], kind: str = "aad") -> dict[str, str]:
    document = {"auth_typ": kind, "name_typ": "name", "role_typ": "roles", "claims": [{"typ": t, "val": v} for t, v in claims]}
    return {"x-ms-client-principal": base64.b64encode(json.dumps(document).encode()).decode()}


@pytest.fixture
def platform(monkeypatch: pytest.MonkeyPatch) -> None:
    """App Service authentication stands before the app."""
    monkeypatch.setenv("WEBSITE_AUTH_ENABLED", "True")


@pytest.mark.parametrize("value", [None, "", "false", "0"])
def test_a_header_that_the_platform_did_not_set_is_refused(monkeypatch: pytest.MonkeyPatch, value: str | None) -> None:
    monkeypatch.delenv("WEBSITE_AUTH_ENABLED", raising=False)
    if value is not None:
        monkeypatch.setenv("WEBSITE_AUTH_ENABLED", value)
    with pytest.raises(NotAllowed, match="platform did not set") as refused:
        principal(header((OID, LENA_ID)))
    assert refused.value.status == 403


def test_a_request_without_the_header_names_nobody(platform: None) -> None:
    assert principal({}) is None


@pytest.mark.parametrize(
    ("claims", "name"),
    [
        ([(OID, LENA_ID)], "Lena Lead"),
        ([("oid", LENA_ID.upper()), ("roles", "A"), ("roles", "B")], "Lena Lead"),
        ([(OID, STRANGER), ("preferred_username", "Petra@Example.com")], "Petra Product"),
        ([(OID, STRANGER), ("upn", "ann@example.com")], "ann@example.com"),
        ([(OID, STRANGER)], STRANGER),
        ([(OID, STRANGER), ("name", "Lena Lead"), ("emails", "petra@example.com")], STRANGER),
    ],
)
def test_a_principal_is_the_owner_with_that_identity(
    ledger: Ledger, platform: None, claims: list[tuple[str, str]], name: str
) -> None:
    who = principal(header(*claims))
    assert who is not None
    person = person_of(owners_of(AtTheGate(ledger).run), who, "entra")
    assert (person.name, person.channel) == (name, "entra")
    assert person.roles == {value for kind, value in claims if kind == "roles"}


@pytest.mark.parametrize(
    "text",
    [
        "%%%",
        "",
        base64.b64encode(b"no json").decode(),
        base64.b64encode(b"[]").decode(),
        base64.b64encode(b'{"auth_typ": "aad", "claims": 7}').decode(),
        base64.b64encode(b'{"auth_typ": "aad", "claims": [{"typ": "oid"}]}').decode(),
        header(("name", "Lena Lead"))["x-ms-client-principal"],
        header((OID, LENA_ID), (OID, STRANGER))["x-ms-client-principal"],
        header((OID, LENA_ID), kind="facebook")["x-ms-client-principal"],
        header((OID, ["a"]))["x-ms-client-principal"],
    ],
)
def test_a_principal_that_names_nobody_is_no_principal(platform: None, text: str) -> None:
    if not text:
        assert principal({"x-ms-client-principal": text}) is None
        return
    with pytest.raises(NotAllowed) as refused:
        principal({"x-ms-client-principal": text})
    assert refused.value.status == 401
