"""Matching of Azure's actions: wildcards, exceptions, data apart; and the role that allows exactly what the runbook does."""

import json
from typing import Any

import pytest

from adapters.azure.actions import CONTROL_ACTIONS, DATA_ACTIONS, is_data_action, needed_actions
from adapters.azure.permissions import allows
from local.processes import ROOT
from tests.plan.plans import data, example

CASES: list[tuple[list[dict[str, Any]], str, bool, bool]] = [
    ([{"actions": ["*"]}], "Microsoft.Web/sites/read", False, True),
    ([{"actions": ["*"]}], "Microsoft.KeyVault/vaults/secrets/delete", True, False),
    ([{"dataActions": ["*"]}], "Microsoft.Web/sites/read", False, False),
    ([{"actions": ["*/read"]}], "Microsoft.Web/sites/config/read", False, True),
    ([{"actions": ["*/read"]}], "Microsoft.Web/sites/config/write", False, False),
    ([{"actions": ["microsoft.web/SITES/*"]}], "Microsoft.Web/sites/stop/action", False, True),
    ([{"actions": ["Microsoft.Web/sites/*/action"]}], "Microsoft.Web/sites/action", False, False),
    ([{"actions": ["Microsoft.Web/sites"]}], "Microsoft.Web/sites/read", False, False),
    ([{"actions": ["Microsoft.Web/sites/rea."]}], "Microsoft.Web/sites/read", False, False),
    ([{"actions": ["*"], "notActions": ["Microsoft.Web/*/write"]}], "Microsoft.Web/sites/config/write", False, False),
    ([{"actions": ["*"], "notActions": ["*/write"]}, {"actions": ["*/config/write"]}], "A/config/write", False, True),
    ([{"actions": None, "notActions": None}], "Microsoft.Web/sites/read", False, False),
    ([{"dataActions": ["*"], "notDataActions": ["*/delete"]}], "V/secrets/delete", True, False),
    ([{"actions": ["V/secrets/*"], "dataActions": ["V/secrets/getSecret/action"]}], "V/secrets/getSecret/action", True, True),
    ([], "Microsoft.Web/sites/read", False, False),
]


@pytest.mark.parametrize(("granted", "action", "is_data", "expected"), CASES)
def test_an_action_is_allowed_by_one_grant_without_its_exceptions(
    granted: list[dict[str, Any]], action: str, is_data: bool, expected: bool
) -> None:
    assert allows(granted, action, data=is_data) is expected


def test_the_role_allows_exactly_what_the_runbook_does() -> None:
    role = json.loads((ROOT / "infra" / "azure-role.json").read_text())
    assert role["Actions"] == list(CONTROL_ACTIONS)
    assert role["DataActions"] == list(DATA_ACTIONS)
    assert role["NotActions"] == role["NotDataActions"] == []


def test_a_plan_needs_only_what_its_parts_need() -> None:
    whole = example()
    actions = {action for action, _ in needed_actions(whole)}
    assert actions <= {*CONTROL_ACTIONS, *DATA_ACTIONS}
    assert "Microsoft.KeyVault/vaults/secrets/setSecret/action" in actions
    small = type(whole).model_validate(data() | {"secrets": [], "state": {}})
    less = {action for action, _ in needed_actions(small)}
    assert less < actions
    assert not any("KeyVault" in action or "queueServices" in action or "tableServices" in action for action in less)
    assert {scope for _, scope in needed_actions(whole)} == {
        f"/subscriptions/{whole.target.subscription}/resourceGroups/{whole.target.resource_group}"
    }


def test_actions_on_data_are_known_whatever_their_case() -> None:
    assert is_data_action("microsoft.keyvault/vaults/secrets/GETSECRET/action")
    assert not is_data_action("Microsoft.Web/sites/read")
