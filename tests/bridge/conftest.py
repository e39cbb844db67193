"""A book of its own for each test."""

import os
import uuid
from collections.abc import Iterator

import pytest
from azure.identity import DefaultAzureCredential

from bridge.book import Book
from local.environment import Environment


@pytest.fixture(scope="session")
def credential(environment: Environment) -> DefaultAzureCredential:
    """The managed identity of the embedded environment."""
    return DefaultAzureCredential()


@pytest.fixture
def book(environment: Environment, credential: DefaultAzureCredential) -> Iterator[Book]:
    """On Azurite, prepared."""
    made = Book(os.environ["TARGET_TABLES"], f"bridge{uuid.uuid4().hex[:8]}", credential)
    made.prepare()
    yield made
    made.drop()
