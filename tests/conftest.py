"""Fixtures shared by every test: the network is off, and browser pages must be free of errors."""

import os
import socket
from collections.abc import Callable, Iterator
from ipaddress import ip_address
from pathlib import Path
from shutil import which
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from django.conf import settings
from django.conf.global_settings import PASSWORD_HASHERS
from django.db import connections
from django.utils import translation
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page, expect

from config.catalogs import compile_catalogs

# Playwright's synchronous API runs an event loop, which Django would otherwise refuse to query under.
os.environ.setdefault("DJANGO_ALLOW_ASYNC_UNSAFE", "true")

SHARED = Path(__file__).resolve().parent.parent.parent / "shared"
PATIENCE = 30_000  # milliseconds, for what a page is expected to show: other programs may keep it waiting
# A password that takes half a second to hash is as good in production as it is dear in a thousand tests.
QUICK_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher", *PASSWORD_HASHERS]
CHROMIUM_ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


def pytest_configure() -> None:
    """Let the pages speak every language, also where the tests are the first thing that is started."""
    compile_catalogs(Path(__file__).resolve().parent.parent / "locale")
    expect.set_options(timeout=PATIENCE)
    settings.PASSWORD_HASHERS = QUICK_HASHERS


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Browser tests come last: Playwright leaves an event loop running, in which Inspect refuses to run."""
    items.sort(key=lambda item: item.get_closest_marker("browser") is not None)


# Chromium reports every 4xx answer, and these are how a form says what is wrong, late or hasty; and it
# reports what a page sends while a test has taken it offline, which htmx reports once more.
EXPECTED_REPORTS = [
    "status of 409 ",
    "status of 422 ",
    "status of 429 ",
    "ERR_INTERNET_DISCONNECTED",
    "htmx:sendError",
    "htmx:afterRequest",
]


@pytest.fixture(scope="session")
def shared() -> Path:
    """The folder of real data and reference numbers beside the project, where there is one."""
    if not (SHARED / "data").is_dir():
        pytest.skip("the shared data folder is not beside this checkout")
    return SHARED


@pytest.fixture(scope="session")
def django_db_modify_db_settings(django_db_modify_db_settings_parallel_suffix: None) -> None:
    """Close connections after each request, so that none is left when the test database goes."""
    connections["default"].settings_dict["CONN_MAX_AGE"] = 0


@pytest.fixture(autouse=True)
def only_this_machine(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Fail a test that reaches for another machine, unless it is marked live."""
    if request.node.get_closest_marker("live"):
        return
    for name in ("connect", "connect_ex"):
        monkeypatch.setattr(socket.socket, name, guarded(getattr(socket.socket, name)))


@pytest.fixture(autouse=True)
def statements_are_read_again(monkeypatch: pytest.MonkeyPatch) -> None:
    """Keep no table of statements from one request to the next."""
    monkeypatch.setattr("voting.candidates.SECONDS_KEPT", 0.0)


@pytest.fixture(autouse=True)
def english_again() -> Iterator[None]:
    """Forget which language the last request of a test was answered in."""
    yield
    translation.deactivate()


def guarded(connect: Callable[..., Any]) -> Callable[..., Any]:
    def refuse_strangers(self: socket.socket, address: Any) -> Any:
        if self.family in (socket.AF_INET, socket.AF_INET6) and not is_local(str(address[0])):
            pytest.fail(f"a test tried to reach {address[0]}; the network is off except under `live`")
        return connect(self, address)

    return refuse_strangers


def is_local(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


@pytest.fixture(autouse=True)
def patient_forms(settings: Any) -> None:
    """Let tests write faster than people can; those about haste say otherwise."""
    settings.LEAST_WRITING_SECONDS = 0


@pytest.fixture(scope="session")
def browser_type_launch_args(browser_type_launch_args: dict[str, Any]) -> dict[str, Any]:
    """Use Debian's chromium; on a developer's machine without one the browser tests are skipped."""
    chromium = which("chromium")
    if chromium is None and not os.environ.get("CI"):
        pytest.skip("chromium is not installed")
    return {**browser_type_launch_args, "executable_path": chromium, "args": CHROMIUM_ARGUMENTS}


@pytest.fixture
def own_folder() -> Iterator[Path]:
    """A folder for a database server: pytest's own are closed to its account by each new run of pytest."""
    with TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        yield Path(folder)


@pytest.fixture
def context(context: BrowserContext) -> Iterator[BrowserContext]:
    """A browser context whose pages must end the test without a console error or an exception."""
    yield from watched(context)


@pytest.fixture
def context_without_javascript(browser: Browser, base_url: str) -> Iterator[BrowserContext]:
    """A browser context in which scripts never run."""
    context = browser.new_context(java_script_enabled=False, base_url=base_url or None)
    yield from watched(context)
    context.close()


@pytest.fixture
def page_without_javascript(context_without_javascript: BrowserContext) -> Page:
    return context_without_javascript.new_page()


def watched(context: BrowserContext, *also_expected: str) -> Iterator[BrowserContext]:
    faults: list[str] = []

    def note(message: ConsoleMessage) -> None:
        is_expected = any(part in message.text for part in (*EXPECTED_REPORTS, *also_expected))
        if message.type == "error" and not is_expected:
            faults.append(message.text)

    context.on("console", note)
    context.on("weberror", lambda error: faults.append(str(error.error)))
    yield context
    assert not faults, f"the browser reported errors: {faults}"
