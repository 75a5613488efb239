"""Runs: the same inputs are the same run, one process at a time, and every fault ends in a clear state."""

import time
from collections.abc import Callable

import psycopg
import pytest
from django.db import connection

from tests.factories import make_adopted_constitution, make_draft_constitution
from tests.provider_server import Fault, provider_server
from training.folders import sha256_of, shard_of
from training.models import GenerationRun
from training.prompts import Prompt
from training.providers import ModelUnavailable
from training.services import (
    ConstitutionNotAdopted,
    RunInProgress,
    execute_run,
    is_claimed,
    iterate_samples,
    run_folder,
    start_run,
)
from training.shards import RunStopped
from training.sums import lock_key

PROMPTS = [Prompt(f"Question {number}?") for number in range(6)]
REHEARSAL = "rehearsal/demonstration"
LOCAL = "openai-api/local/llama-test"
CALLS = len(PROMPTS) * 3

pytestmark = pytest.mark.usefixtures("var_dir", "keys")


def begin(**options) -> GenerationRun:
    defaults = {"prompts": PROMPTS, "model": REHEARSAL, "options": {"rounds": 1}}
    if "constitution" not in options:
        defaults["constitution"] = make_adopted_constitution()
    return start_run(**(defaults | options))


def test_a_finished_run_names_its_logs_and_token_use():
    run = execute_run(run=begin())
    assert (run.status, run.n_finished, run.n_failed) == ("finished", 6, 0)
    assert run.is_rehearsal
    assert run.finished_at is not None
    (log,) = run.logs
    assert sha256_of(run_folder(run) / log["file"]) == log["sha256"]
    assert run.token_use["calls"] == CALLS
    assert run.token_use["input"] > run.token_use["output"] > 0
    assert len(list(iterate_samples(run))) == 6


def test_the_same_inputs_are_the_same_run():
    constitution = make_adopted_constitution()
    first = begin(constitution=constitution)
    assert begin(constitution=constitution) == first
    assert begin(constitution=constitution, seed=1) != first
    assert begin(constitution=constitution, options={"rounds": 2}) != first
    assert begin(constitution=constitution, prompts=PROMPTS[:3]) != first
    assert GenerationRun.objects.count() == 4


def test_the_same_seed_gives_the_same_words_and_another_seed_others(settings, tmp_path):
    constitution = make_adopted_constitution()

    def words(**options) -> list[tuple]:
        run = execute_run(run=begin(constitution=constitution, **options))
        return [sample.steps for sample in iterate_samples(run)][:3]

    one = words(prompts=PROMPTS[:3])
    settings.VAR_DIR = tmp_path / "without the cache of the first"
    assert words() == one
    assert words(seed=1) != one


def test_a_draft_makes_no_data():
    with pytest.raises(ConstitutionNotAdopted, match="adopt it"):
        begin(constitution=make_draft_constitution())
    assert not GenerationRun.objects.exists()


def test_without_a_key_no_run_is_made(no_keys):
    with pytest.raises(ModelUnavailable, match="ANTHROPIC_API_KEY"):
        begin(model="anthropic/claude-test")
    assert not GenerationRun.objects.exists()


def test_a_finished_run_is_not_run_again(provider):
    run = begin(model=LOCAL, base_url=provider.openai_url)
    execute_run(run=run)
    execute_run(run=run)
    assert provider.n_calls == CALLS


def test_calls_are_made_side_by_side():
    with provider_server(latency=0.05) as provider:
        execute_run(run=begin(model=LOCAL, base_url=provider.openai_url), max_connections=6)
    assert 3 < provider.most_open <= 6


@pytest.mark.parametrize(
    "fault",
    [
        Fault(status=429, headers={"retry-after-ms": "20"}),
        Fault(status=500, headers={"retry-after-ms": "20"}),
        Fault(status=529, headers={"retry-after-ms": "20"}),
        Fault(drops=True),
    ],
)
@pytest.mark.parametrize("model", [LOCAL, "anthropic/claude-test"])
def test_a_passing_fault_is_tried_again(provider, fault, model):
    provider.faults = {2: fault}
    url = provider.anthropic_url if model.startswith("anthropic") else provider.openai_url
    run = execute_run(run=begin(model=model, base_url=url, prompts=PROMPTS[:2]))
    assert (run.status, run.n_failed) == ("finished", 0)
    assert provider.n_calls == 2 * 3 + 1
    assert provider.n_answered == 2 * 3


@pytest.mark.parametrize("status", [401, 404, 500])
def test_a_lasting_fault_stops_the_run_and_it_can_go_on(provider, status):
    run = begin(model=LOCAL, base_url=provider.openai_url)
    provider.faults = {number: Fault(status=status) for number in range(9, 30)}
    with pytest.raises(RunStopped, match=f"scripted status {status}"):
        execute_run(run=run, max_connections=1, retries=0)
    run.refresh_from_db()
    assert run.status == "failed"
    assert "what is finished is kept" in run.error

    provider.faults = {}
    run = execute_run(run=run)
    assert (run.status, run.error, run.n_finished) == ("finished", "", 6)
    assert provider.n_answered == CALLS


def test_a_server_that_is_not_there_stops_the_run(monkeypatch):
    monkeypatch.setenv("INSPECT_HTTP_CONNECT_RETRIES", "0")
    run = begin(model=LOCAL, base_url="http://127.0.0.1:9/v1")
    with pytest.raises(RunStopped, match=r"[Cc]onnection"):
        execute_run(run=run, retries=0)
    assert run.status == "failed"


def test_logs_broken_off_in_writing_do_not_stop_a_run(provider):
    run = begin(model=LOCAL, base_url=provider.openai_url)
    folder = shard_of(run, 0).folder
    folder.mkdir(parents=True)
    (folder / "empty.eval").touch()
    (folder / "half.eval").write_bytes(b"PK\x03\x04 and then nothing")
    assert execute_run(run=run).status == "finished"
    assert len(list(folder.glob("*.eval"))) == 1


def test_a_longer_run_pays_only_for_what_is_new(provider):
    constitution = make_adopted_constitution()
    how = {"constitution": constitution, "model": LOCAL, "base_url": provider.openai_url}
    execute_run(run=begin(prompts=PROMPTS[:4], **how))
    execute_run(run=begin(prompts=PROMPTS, **how))
    assert provider.n_calls == CALLS


def test_a_run_goes_through_several_shards(monkeypatch):
    monkeypatch.setattr("training.services.SHARD_SIZE", 2)
    seen: list[int] = []
    run = execute_run(run=begin(), on_progress=lambda done, total: seen.append(done))
    assert [log["n_samples"] for log in run.logs] == [2, 2, 2]
    assert seen == sorted(seen)
    assert seen[-1] == 6


def test_a_second_starter_does_not_run_it_again():
    run = begin()
    with other_session() as other:
        other.execute("SELECT pg_advisory_lock(%s)", [lock_key(run, 0)])
        assert is_claimed(run)
        with pytest.raises(RunInProgress):
            execute_run(run=run)
    assert run.status == "queued"


def test_a_run_whose_owner_died_is_free_at_once():
    run = begin()
    with other_session() as other:
        other.execute("SELECT pg_advisory_lock(%s)", [lock_key(run, 0)])
    wait_until(lambda: not is_claimed(run))
    assert execute_run(run=run).status == "finished"
    assert not is_claimed(run)


def wait_until(is_so: Callable[[], bool]) -> None:
    """The server needs a moment to notice that a session is gone."""
    while not is_so():
        time.sleep(0.01)


def other_session() -> psycopg.Connection:
    """A second session at the test database, as another process would have."""
    info = connection.connection.info
    return psycopg.connect(
        host=info.host, port=info.port, user=info.user, dbname=info.dbname, autocommit=True
    )
