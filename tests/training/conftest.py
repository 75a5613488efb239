"""Fixtures for runs: a folder of their own, keys that no server checks, and a scripted provider."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from django.db import connection
from django.test import Client

from tests.factories import make_facilitator
from tests.provider_server import ProviderServer, provider_server


@pytest.fixture
def var_dir(settings, tmp_path, db) -> Path:
    """A folder for logs and data that is this test's own; the database stays where it is."""
    connection.ensure_connection()
    settings.VAR_DIR = tmp_path / "var"
    return settings.VAR_DIR


@pytest.fixture
def keys(monkeypatch) -> None:
    for name in ("ANTHROPIC_API_KEY", "OPENAI_API_KEY", "LOCAL_API_KEY"):
        monkeypatch.setenv(name, "a-key-that-nobody-checks")


@pytest.fixture
def no_keys(monkeypatch) -> None:
    for name in (
        "ANTHROPIC_API_KEY",
        "ANTHROPIC_AUTH_TOKEN",
        "OPENAI_API_KEY",
        "LOCAL_API_KEY",
        "LOCAL_BASE_URL",
    ):
        monkeypatch.delenv(name, raising=False)


@pytest.fixture
def provider() -> Iterator[ProviderServer]:
    with provider_server() as server:
        yield server


@pytest.fixture
def reader(client, db) -> Client:
    """A researcher who is signed in, and may start rehearsals only."""
    client.force_login(make_facilitator())
    return client


@pytest.fixture
def staff(client, db) -> Client:
    """Somebody of the site's staff, who may ask models that cost money."""
    client.force_login(make_facilitator(is_staff=True))
    return client
