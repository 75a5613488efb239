"""Several workers on one run: no sample twice, no budget exceeded, and held within a second from anywhere."""

import signal
from collections import Counter

import pytest

from tests.factories import make_adopted_constitution
from tests.provider_server import provider_server
from tests.training.processes import PATIENCE, start_process, wait_until
from tests.training.threads import at_work
from training.budget import Budget
from training.control import cancel_run, pause_run, requeue_run
from training.models import GenerationRun, GenerationShard
from training.prompts import Prompt
from training.services import execute_run, iterate_rows, start_run
from training.working import is_claimed

N_SAMPLES = 24
CALLS = N_SAMPLES * 3

pytestmark = [
    pytest.mark.e2e,
    pytest.mark.django_db(transaction=True),
    pytest.mark.usefixtures("var_dir", "keys"),
]


@pytest.fixture
def small_shards(monkeypatch):
    monkeypatch.setattr("training.services.SHARD_SIZE", 4)


def begin(provider, n_samples: int = N_SAMPLES, **options) -> GenerationRun:
    return start_run(
        constitution=make_adopted_constitution(),
        prompts=[Prompt(f"Question {number}?") for number in range(n_samples)],
        model="openai-api/local/llama-test",
        base_url=provider.openai_url,
        options={"rounds": 1},
        **options,
    )


def start_worker(run: GenerationRun, folder, n_connections: int = 4, **variables: str):
    return start_process(
        folder, "work_on_run", run.pk, "--max-connections", n_connections, "--max-retries", 0, **variables
    )


def test_two_workers_share_a_run_and_do_no_sample_twice(small_shards, tmp_path):
    with provider_server(latency=0.1) as provider:
        run = begin(provider)
        workers = [start_worker(run, tmp_path) for _ in range(2)]
        assert [worker.wait(PATIENCE) for worker in workers] == [0, 0]
    run.refresh_from_db()
    assert (run.status, run.n_finished) == ("finished", N_SAMPLES)
    assert provider.n_calls == CALLS
    assert len({row["prompt"] for row in iterate_rows(run)}) == N_SAMPLES
    assert len(Counter(run.shards.values_list("worker", flat=True))) == 2


def test_a_run_goes_on_when_one_of_its_workers_is_killed(small_shards, tmp_path, provider):
    run = begin(provider)
    provider.hold_after(5)
    killed = start_worker(run, tmp_path)
    wait_until(lambda: provider.n_open == 4, of=killed)
    killed.send_signal(signal.SIGKILL)
    killed.wait()
    provider.open_gate()
    execute_run(run=run)
    run.refresh_from_db()
    assert run.status == "finished"
    assert provider.n_answered == run.token_use["calls"] == CALLS


def test_a_pause_lets_calls_end_and_begins_none_until_it_is_resumed():
    with provider_server(latency=0.5) as provider:
        run = begin(provider)
        with at_work(run, max_connections=4) as worker:
            wait_until(lambda: worker.done() or provider.n_calls > 8)
            assert pause_run(run)
            n_calls = provider.n_calls
        # Four connections, half a second for a call, and held within a second.
        assert provider.n_answered == provider.n_calls <= n_calls + 3 * 4
        provider.latency = 0
        assert requeue_run(run)
        execute_run(run=run)
        assert provider.n_answered == CALLS
    run.refresh_from_db()
    assert run.status == "finished"


def test_a_canceled_run_ends_and_is_not_taken_up():
    with provider_server(latency=0.2) as provider:
        run = begin(provider)
        with at_work(run, max_connections=4) as worker:
            wait_until(lambda: worker.done() or provider.n_calls > 8)
            assert cancel_run(run)
        n_calls = provider.n_calls
        assert n_calls == provider.n_answered < CALLS
        execute_run(run=run, resumes=False)
        assert provider.n_calls == n_calls
    run.refresh_from_db()
    assert run.status == "canceled"
    assert not is_claimed(run)


def test_two_workers_at_twenty_connections_never_exceed_a_budget(small_shards, tmp_path):
    budget = 12_000
    with provider_server(latency=0.02, counts_tokens=True) as provider:
        run = begin(provider, n_samples=80, budget=Budget(tokens=budget), sampling={"max_tokens": 60})
        workers = [start_worker(run, tmp_path, n_connections=20) for _ in range(2)]
        assert [worker.wait(PATIENCE) for worker in workers] == [0, 0]
    run.refresh_from_db()
    assert run.status == "paused"
    assert "budget is used up" in run.error
    assert budget / 2 < provider.n_tokens <= budget
    assert provider.n_tokens == run.committed_tokens


def test_what_a_killed_worker_had_reserved_is_given_back(tmp_path, provider):
    run = begin(provider, budget=Budget(tokens=1_000_000))
    provider.hold_after(6)
    killed = start_worker(run, tmp_path)
    wait_until(lambda: provider.n_open == 4, of=killed)
    killed.send_signal(signal.SIGKILL)
    killed.wait()
    run.refresh_from_db()
    reserved = run.committed_tokens
    provider.open_gate()
    execute_run(run=run)
    run.refresh_from_db()
    answered = CALLS * 18
    assert answered < run.committed_tokens < reserved + answered
    (shard,) = GenerationShard.objects.all()
    assert shard.committed_tokens == run.committed_tokens


def test_the_limit_of_a_provider_holds_across_processes(small_shards, tmp_path):
    with provider_server(latency=0.1) as provider:
        run = begin(provider)
        limit = {"PROVIDER_CONCURRENCY": '{"openai-api": 5}'}
        workers = [start_worker(run, tmp_path, **limit) for _ in range(2)]
        assert [worker.wait(PATIENCE) for worker in workers] == [0, 0]
    assert provider.n_answered == CALLS
    assert 4 <= provider.most_open <= 5


def test_the_limit_of_a_provider_holds_for_judges_too(tmp_path):
    with provider_server(latency=0.1) as answering, provider_server(latency=0.1) as judging:
        judging.reply = lambda messages: "A"
        run = start_run(
            constitution=make_adopted_constitution(),
            kind="preference",
            prompts=[Prompt(f"Question {number}?") for number in range(16)],
            model="openai-api/local/llama-test",
            base_url=answering.openai_url,
            options={
                "judges": [{"model": "anthropic/claude-test", "base_url": judging.anthropic_url}],
                "samples": 1,
            },
        )
        answering.reply = lambda messages: f"Answer {answering.n_calls}."
        worker = start_worker(run, tmp_path, 12, PROVIDER_CONCURRENCY='{"anthropic": 3}')
        assert worker.wait(PATIENCE) == 0
    run.refresh_from_db()
    assert (run.status, judging.n_answered) == ("finished", 32)
    assert judging.most_open <= 3
    assert answering.most_open > 3
