"""Production refuses to start carelessly, and what it sends is safe; every variable is documented."""

import ast
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
SAFE = {
    "PRODUCTION": "true",
    "SECRET_KEY": "k3J-9sWq2Lz7Tn4Vb8Xc1Mf6Rd5Gh0Yp_uEaOiKjHlNvBtCxZwQsPrDyFmAe",
    "ALLOWED_HOSTS": "constitution.example.org",
}


def manage(tmp_path: Path, *arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    """Run a command as a fresh installation would, with this environment and nothing from ours."""
    inherited = {name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ}
    return subprocess.run(
        [sys.executable, "manage.py", *arguments],
        cwd=ROOT,
        env={**inherited, "VAR_DIR": str(tmp_path), **environment},
        capture_output=True,
        text=True,
        check=False,
    )


def show(tmp_path: Path, expression: str, **environment: str) -> str:
    script = f"from django.conf import settings; print({expression})"
    return manage(tmp_path, "shell", "--no-imports", "-c", script, **environment).stdout.strip()


def test_djangos_deployment_check_finds_nothing(tmp_path):
    outcome = manage(tmp_path, "check", "--deploy", "--fail-level", "WARNING", **SAFE)
    assert outcome.returncode == 0, outcome.stderr
    assert "no issues" in outcome.stdout


@pytest.mark.parametrize(
    ("change", "complaint"),
    [
        ({"SECRET_KEY": ""}, "SECRET_KEY must be set in production"),
        ({"SECRET_KEY": "development-only"}, "SECRET_KEY is too weak"),
        ({"SECRET_KEY": "a" * 60}, "SECRET_KEY is too weak"),
        ({"SECRET_KEY": "django-insecure-" + SAFE["SECRET_KEY"]}, "SECRET_KEY is too weak"),
        ({"ALLOWED_HOSTS": ""}, "ALLOWED_HOSTS must list the names"),
        ({"ALLOWED_HOSTS": "*"}, "ALLOWED_HOSTS must list the names"),
        ({"DEBUG": "true"}, "unset it in production"),
        ({"PRODUCTION": "perhaps"}, "PRODUCTION='perhaps' is neither yes nor no"),
        ({"HSTS_SECONDS": "a year"}, "HSTS_SECONDS='a year' is not a whole number"),
    ],
)
def test_production_refuses_to_start_carelessly(tmp_path, change, complaint):
    outcome = manage(tmp_path, "migrate", **{**SAFE, **change})
    assert outcome.returncode == 1
    assert complaint in outcome.stderr
    assert "Traceback" not in outcome.stderr


def test_production_sends_cookies_over_https_only(tmp_path):
    names = ("SESSION_COOKIE_SECURE", "CSRF_COOKIE_SECURE", "SECURE_SSL_REDIRECT")
    assert show(tmp_path, f"[getattr(settings, name) for name in {names}]", **SAFE) == "[True, True, True]"


def test_hsts_can_be_set(tmp_path):
    assert show(tmp_path, "settings.SECURE_HSTS_SECONDS", **SAFE, HSTS_SECONDS="60") == "60"


def test_each_installation_makes_its_own_key_and_keeps_it(tmp_path):
    keys = [show(tmp_path / name, "settings.SECRET_KEY") for name in ("one", "one", "two")]
    assert keys[0] == keys[1] != keys[2]
    assert (tmp_path / "one" / "secret_key").stat().st_mode & 0o077 == 0


def test_static_files_of_production_carry_a_digest_and_are_compressed(tmp_path):
    outcome = manage(tmp_path, "collectstatic", "--no-input", **SAFE)
    assert outcome.returncode == 0, outcome.stderr
    names = [path.name for path in (tmp_path / "static" / "css").iterdir()]
    assert any(re.fullmatch(r"app\.[0-9a-f]{12}\.css\.gz", name) for name in names), names


def test_variables_may_stand_in_a_file(tmp_path, monkeypatch):
    from config.environment import load_env_file

    (tmp_path / ".env").write_text('# a note\nCC_TEST_A="from the file"\nexport CC_TEST_B=also\n')
    monkeypatch.setenv("CC_TEST_B", "from the environment")
    monkeypatch.delenv("CC_TEST_A", raising=False)
    load_env_file(tmp_path / ".env")
    assert (os.environ.pop("CC_TEST_A"), os.environ["CC_TEST_B"]) == ("from the file", "from the environment")


def variables_read_by_settings() -> set[str]:
    calls = ast.walk(ast.parse((ROOT / "config/settings.py").read_text()))
    return {
        node.args[0].value
        for node in calls
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id.startswith("env_")
    }


@pytest.mark.parametrize("document", ["docs/configuration.md", ".env.example"])
def test_every_variable_is_described(document):
    text = (ROOT / document).read_text()
    assert {name for name in variables_read_by_settings() if not re.search(rf"\b{name}\b", text)} == set()


def test_the_example_file_names_no_unknown_variable():
    named = set(re.findall(r"^#? ?([A-Z][A-Z_]+)=", (ROOT / ".env.example").read_text(), re.MULTILINE))
    described = set(re.findall(r"`([A-Z][A-Z_]+)`", (ROOT / "docs/configuration.md").read_text()))
    assert named <= described
