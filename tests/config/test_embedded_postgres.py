"""The site's own PostgreSQL, with real servers: first start, races, kills, leftovers and clear refusals."""

import os
import pwd
import signal
import subprocess
import sys
import time
import timeit
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from tempfile import TemporaryDirectory

import psutil
import psycopg
import pytest
from django.core.exceptions import ImproperlyConfigured
from django.db import connections

from config.embedded_postgres.base import DatabaseWrapper
from config.embedded_postgres.programs import open_the_way
from config.embedded_postgres.server import ensure_running, find_running, stop

START_IN_ANOTHER_PROCESS = """
import sys, pathlib
from config.embedded_postgres.base import DatabaseWrapper
from config.embedded_postgres.programs import open_the_way
from config.embedded_postgres.server import ensure_running
print(ensure_running(pathlib.Path(sys.argv[1]))["host"])
"""


@pytest.fixture
def tmp_path(own_folder: Path) -> Path:
    return own_folder


@pytest.fixture
def data_dir(tmp_path: Path) -> Iterator[Path]:
    folder = tmp_path / "var" / "postgres"
    yield folder
    stop(folder)


@pytest.fixture(scope="module")
def made() -> Iterator[Path]:
    """The data of a server with one vote, made once: that takes longer than copying them."""
    with TemporaryDirectory() as folder:
        data_dir = Path(folder) / "postgres"
        ensure_running(data_dir)
        execute(data_dir, "CREATE TABLE vote (choice int CHECK (choice < 2), words text)")
        execute(data_dir, "INSERT INTO vote VALUES (1, 'kept')")
        stop(data_dir)
        yield data_dir


@pytest.fixture
def running(made: Path, data_dir: Path) -> Path:
    data_dir.parent.mkdir()
    subprocess.run(["cp", "--archive", made, data_dir], check=True)
    ensure_running(data_dir)
    return data_dir


def connect(data_dir: Path) -> psycopg.Connection:
    return psycopg.connect(dbname="postgres", autocommit=True, **ensure_running(data_dir))


def connect_as_django(data_dir: Path, database: str) -> psycopg.Connection:
    wrapper = DatabaseWrapper(
        {**connections["default"].settings_dict, "NAME": database, "DATA_DIR": data_dir}
    )
    return wrapper.get_new_connection(wrapper.get_connection_params())


def execute(data_dir: Path, query: str) -> None:
    with connect(data_dir) as connection:
        connection.execute(query)


def count_votes(data_dir: Path) -> int:
    with connect(data_dir) as connection:
        return connection.execute("SELECT count(*) FROM vote").fetchone()[0]


def server_pid(data_dir: Path) -> int:
    return int((data_dir / "postmaster.pid").read_text().splitlines()[0])


def kill(pid: int) -> None:
    """Kill a process as the kernel would when memory runs out, and see it gone."""
    os.kill(pid, signal.SIGKILL)
    with suppress(psutil.NoSuchProcess):
        while psutil.Process(pid).status() != psutil.STATUS_ZOMBIE:
            time.sleep(0.01)


def start_elsewhere(data_dir: Path) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-c", START_IN_ANOTHER_PROCESS, str(data_dir)],
        cwd=Path(__file__).parents[2],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def test_it_starts_at_first_use_and_is_found_again(data_dir):
    assert find_running(data_dir) is None
    started = ensure_running(data_dir)
    assert ensure_running(data_dir) == started == find_running(data_dir)


def test_finding_it_again_is_quick(running):
    rounds = timeit.repeat(lambda: ensure_running(running), number=20, repeat=5)
    assert min(rounds) < 0.2


def test_the_first_connection_makes_the_sites_database(data_dir):
    with connect_as_django(data_dir, "collective_constitution") as connection:
        assert connection.execute("SELECT current_database()").fetchone() == ("collective_constitution",)


def test_processes_that_start_at_once_share_one_server(data_dir):
    processes = [start_elsewhere(data_dir) for _ in range(5)]
    answers = [process.communicate(timeout=180) for process in processes]
    assert [process.returncode for process in processes] == [0] * 5, answers
    assert len({output for output, _ in answers}) == 1
    assert len([p for p in psutil.process_iter(["cmdline"]) if is_server_of(p, data_dir)]) == 1


def is_server_of(process: psutil.Process, data_dir: Path) -> bool:
    return "-D" in (process.info["cmdline"] or []) and str(data_dir) in process.info["cmdline"]


def test_it_outlives_the_process_that_started_it(data_dir):
    process = start_elsewhere(data_dir)
    process.communicate(timeout=180)
    assert find_running(data_dir) is not None


def test_votes_survive_a_killed_server(running):
    kill(server_pid(running))
    assert count_votes(running) == 1


def test_votes_survive_a_proper_stop(running):
    assert stop(running)
    assert count_votes(running) == 1


def test_stopping_twice_is_harmless(running):
    assert [stop(running), stop(running)] == [True, False]


@pytest.mark.skipif(os.geteuid() != 0, reason="only then PostgreSQL runs as another user")
def test_it_is_stopped_although_the_way_to_it_was_closed(running):
    running.parent.parent.chmod(0o700)
    assert stop(running)


def test_django_waits_while_the_server_recovers_from_a_killed_backend(running):
    doomed = connect(running)
    kill(doomed.info.backend_pid)
    with connect_as_django(running, "postgres") as connection:
        assert connection.execute("SELECT count(*) FROM vote").fetchone() == (1,)


def test_a_killed_client_loses_only_what_it_had_not_committed(running):
    script = (
        "import psycopg, sys, time; c = psycopg.connect(sys.argv[1]);"
        "c.execute('INSERT INTO vote VALUES (1)'); c.commit();"
        "c.execute('INSERT INTO vote VALUES (0)'); print('ready', flush=True); time.sleep(60)"
    )
    dsn = psycopg.conninfo.make_conninfo("", dbname="postgres", **ensure_running(running))
    client = subprocess.Popen([sys.executable, "-c", script, dsn], stdout=subprocess.PIPE)
    client.stdout.readline()
    client.kill()
    client.communicate()
    assert count_votes(running) == 2


def test_a_stale_process_id_of_some_other_program_is_no_obstacle(running):
    kill(server_pid(running))
    lines = (running / "postmaster.pid").read_text().splitlines()
    (running / "postmaster.pid").write_text("\n".join([str(os.getpid()), *lines[1:]]) + "\n")
    assert count_votes(running) == 1


def test_a_server_whose_socket_was_deleted_is_started_again(running):
    (running / ".s.PGSQL.5432").unlink()
    assert count_votes(running) == 1


def test_a_new_folder_in_the_place_of_a_deleted_one_is_safe_from_the_old_server(running):
    old = server_pid(running)
    running.rename(running.with_name("deleted"))
    ensure_running(running)
    assert not psutil.pid_exists(old)
    assert find_running(running) is not None


def test_a_start_that_was_cut_off_leaves_nothing_behind(data_dir):
    half_made = data_dir.parent / "postgres.new-cut"
    half_made.mkdir(parents=True)
    (half_made / "PG_VERSION").write_text("18\n")
    ensure_running(data_dir)
    assert not half_made.exists()


def test_a_long_path_gets_a_short_private_socket_folder(tmp_path):
    data_dir = tmp_path / ("long" * 25) / "postgres"
    host = Path(ensure_running(data_dir)["host"])
    try:
        assert host != data_dir
        assert host.stat().st_mode & 0o077 == 0
    finally:
        stop(data_dir)


def test_the_servers_log_holds_no_words_of_participants(running):
    with pytest.raises(psycopg.errors.CheckViolation):
        execute(running, "INSERT INTO vote VALUES (7, 'a private thought')")
    log = (running / "log").read_text()
    assert "violates check constraint" in log
    assert "private thought" not in log


def test_data_of_another_postgresql_version_are_refused(data_dir):
    data_dir.mkdir(parents=True)
    (data_dir / "PG_VERSION").write_text("16\n")
    with pytest.raises(ImproperlyConfigured, match=r"made by PostgreSQL 16, and this release brings 18"):
        ensure_running(data_dir)


def test_a_folder_with_other_things_in_it_is_refused(data_dir):
    data_dir.mkdir(parents=True)
    (data_dir / "photo.jpg").write_text("")
    with pytest.raises(ImproperlyConfigured, match="holds no PostgreSQL data"):
        ensure_running(data_dir)
    assert (data_dir / "photo.jpg").exists()


def test_a_var_folder_that_is_a_file_is_refused(tmp_path):
    (tmp_path / "var").write_text("")
    with pytest.raises(ImproperlyConfigured, match="cannot be written"):
        ensure_running(tmp_path / "var" / "postgres")


@pytest.mark.skipif(os.geteuid() != 0, reason="only root may try as another user")
def test_a_user_who_may_not_write_to_var_is_told_so(tmp_path):
    (tmp_path / "var").mkdir(mode=0o755)
    open_the_way(tmp_path / "var")
    assert "cannot be written (Permission denied)" in refusal_for_nobody(tmp_path / "var" / "postgres")


@pytest.mark.skipif(os.geteuid() != 0, reason="only root may try as another user")
def test_another_user_of_the_machine_is_kept_out(running):
    assert "belongs to another user" in refusal_for_nobody(running)


def refusal_for_nobody(data_dir: Path) -> str:
    """What the account `nobody` is told; in a copy of this process, as it may not read our Python."""
    reader, writer = os.pipe()
    child = os.fork()
    if child == 0:
        os.setgroups([])
        os.setgid(pwd.getpwnam("nobody").pw_gid)
        os.setuid(pwd.getpwnam("nobody").pw_uid)
        try:
            ensure_running(data_dir)
        except ImproperlyConfigured as refusal:
            os.write(writer, str(refusal).encode())
        os._exit(0)
    os.waitpid(child, 0)
    os.close(writer)
    with os.fdopen(reader) as answer:
        return answer.read()
