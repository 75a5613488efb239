"""Each test that asks a model keeps its questions, logs and cache in a folder of its own."""

import pytest
from django.db import connection


@pytest.fixture
def own_var(settings, tmp_path, monkeypatch, db):
    """A VAR_DIR for this test alone, and keys that only a local server would take."""
    connection.ensure_connection()
    settings.VAR_DIR = tmp_path
    monkeypatch.setenv("ANTHROPIC_API_KEY", "local")
    monkeypatch.setenv("LOCAL_API_KEY", "local")
    return tmp_path
