"""Which database the site uses, and what a command says when it cannot."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured

from config.database import database_settings, parse_database_url
from config.embedded_postgres.server import ensure_running

ROOT = Path(__file__).parents[2]


def manage(*arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "manage.py", *arguments],
        cwd=ROOT,
        env={**os.environ, **environment},
        capture_output=True,
        text=True,
        check=False,
    )


def test_without_a_url_the_site_uses_its_own_server():
    own = database_settings("", Path("/somewhere/var"))
    assert own["ENGINE"] == "config.embedded_postgres"
    assert own["DATA_DIR"] == Path("/somewhere/var/postgres")


def test_a_url_is_read_in_all_its_parts():
    parts = parse_database_url("postgresql://ann:p%40ss@db.example.org:5433/votes?sslmode=require")
    assert parts == {
        "NAME": "votes",
        "USER": "ann",
        "PASSWORD": "p@ss",
        "HOST": "db.example.org",
        "PORT": "5433",
        "OPTIONS": {"connect_timeout": "5", "sslmode": "require"},
    }


@pytest.mark.parametrize(
    "url",
    [
        "mysql://ann:secret@localhost/votes",
        "postgresql://ann:secret@localhost:port/votes",
        "postgresql://ann:sec@secret@localhost/votes",
        "postgresql://ann:secret@localhost",
        "postgresql://ann:secret@localhost/votes?colour=blue",
        "localhost/secret",
    ],
)
def test_a_malformed_url_is_refused_without_repeating_its_password(url):
    with pytest.raises(ImproperlyConfigured, match="postgresql://user:password@host:5432/name") as refusal:
        parse_database_url(url)
    assert "secret" not in str(refusal.value)


def test_a_server_of_ones_own_leaves_the_embedded_package_untouched():
    address = ensure_running(settings.VAR_DIR / "postgres")
    url = f"postgresql://postgres@/postgres?host={address['host']}&port={address['port']}"
    script = (
        "import sys, django; django.setup(); from django.db import connection; connection.connect();"
        "print([name for name in sys.modules if 'pgserver' in name or 'embedded' in name])"
    )
    environment = {**os.environ, "DATABASE_URL": url, "DJANGO_SETTINGS_MODULE": "config.settings"}
    outcome = subprocess.run(
        [sys.executable, "-c", script], cwd=ROOT, env=environment, capture_output=True, text=True, check=True
    )
    assert outcome.stdout.strip() == "[]"


def test_stopping_the_site_leaves_a_server_of_ones_own_alone(tmp_path):
    url = "postgresql://ann:secret@127.0.0.1:1/votes"
    outcome = manage("stop_site", DATABASE_URL=url, VAR_DIR=str(tmp_path))
    assert outcome.stdout.strip() == "Nothing was running."


@pytest.mark.parametrize("url", ["postgresql://a:secret@127.0.0.1:1/v", "postgresql://a:secret@db.invalid/v"])
def test_an_unreachable_server_is_explained_in_one_sentence(url):
    outcome = manage("migrate", DATABASE_URL=url)
    assert outcome.returncode == 1
    assert outcome.stderr.startswith("Error: The PostgreSQL server of DATABASE_URL (")
    assert "Start the server or correct DATABASE_URL" in outcome.stderr
    assert "secret" not in outcome.stderr
    assert len(outcome.stderr.splitlines()) == 1


def test_a_database_that_does_not_exist_is_explained():
    address = ensure_running(settings.VAR_DIR / "postgres")
    outcome = manage("migrate", DATABASE_URL=f"postgresql://postgres@/nowhere?host={address['host']}")
    assert 'database "nowhere" does not exist' in outcome.stderr
    assert "Traceback" not in outcome.stderr


def test_data_of_another_version_are_explained(tmp_path):
    (tmp_path / "postgres").mkdir()
    (tmp_path / "postgres" / "PG_VERSION").write_text("15")
    outcome = manage("migrate", VAR_DIR=str(tmp_path))
    assert outcome.stderr.startswith(f"Error: {tmp_path}/postgres was made by PostgreSQL 15")
    assert "Traceback" not in outcome.stderr


def test_an_unwritable_var_folder_is_explained(tmp_path):
    (tmp_path / "var").write_text("a file, not a folder")
    outcome = manage("migrate", VAR_DIR=str(tmp_path / "var"))
    assert "set VAR_DIR to another folder" in outcome.stderr
    assert "Traceback" not in outcome.stderr


def test_a_database_without_tables_is_explained():
    address = ensure_running(settings.VAR_DIR / "postgres")
    url = f"postgresql://postgres@/postgres?host={address['host']}&port={address['port']}"
    outcome = manage("create_login_link", "ann", DATABASE_URL=url)
    assert outcome.stderr.startswith("Error: The database does not have the tables of this version yet.")
    assert "Traceback" not in outcome.stderr
