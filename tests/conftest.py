"""Fixtures shared by every test."""

import os
from pathlib import Path

import pytest

# Playwright's synchronous API runs an event loop, which Django would otherwise refuse to query under.
os.environ.setdefault("DJANGO_ALLOW_ASYNC_UNSAFE", "true")

SHARED = Path(__file__).resolve().parent.parent.parent / "shared"


@pytest.fixture(scope="session")
def shared() -> Path:
    """The folder of real data and reference numbers beside the project, where there is one."""
    if not (SHARED / "data").is_dir():
        pytest.skip("the shared data folder is not beside this checkout")
    return SHARED
