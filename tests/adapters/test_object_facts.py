"""Metadata names of S3 as Azure allows them."""

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from adapters.states.object_facts import from_azure_name, to_azure_name


@settings(deadline=None)
@given(st.text(st.characters(min_codepoint=33, max_codepoint=126, exclude_categories=["Lu"]), min_size=1))
def test_names_come_back_and_are_identifiers(name: str) -> None:
    assert from_azure_name(to_azure_name(name)) == name
    assert re.fullmatch(r"[A-Za-z_][A-Za-z0-9_]*", to_azure_name(name))


@pytest.mark.parametrize(
    ("name", "azure"),
    [("orderid", "orderid"), ("order-id", "order_x002d_id"), ("1st", "_x0031_st"), ("_x002d_", "_x005f_x002d_")],
)
def test_names_are_written_as_documented(name: str, azure: str) -> None:
    assert to_azure_name(name) == azure
