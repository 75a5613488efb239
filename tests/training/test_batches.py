"""Batch mode: half the price, results in any order, and nothing sent or paid for twice."""

import pytest

from tests.factories import make_adopted_constitution
from training.batches import Batcher
from training.budget import Budget
from training.models import GenerationRun, ProviderBatch
from training.prompts import Prompt
from training.services import execute_run, iterate_samples, start_run
from training.shards import RunStopped

PROMPTS = [Prompt(f"Question {number}?") for number in range(6)]
CALLS = len(PROMPTS) * 3
MODEL = "anthropic/claude-test"

pytestmark = pytest.mark.usefixtures("var_dir", "keys", "quick")


@pytest.fixture
def quick(settings, monkeypatch):
    settings.BATCH_POLL_SECONDS = 0.05
    settings.MODEL_PRICES = {"anthropic/*": {"input": 3, "output": 15}}
    monkeypatch.setattr("training.batches.GATHER_SECONDS", 0.2)


def begin(provider, **options) -> GenerationRun:
    return start_run(
        **{
            "constitution": make_adopted_constitution(),
            "prompts": PROMPTS,
            "model": MODEL,
            "base_url": provider.anthropic_url,
            "options": {"rounds": 1},
            "uses_batches": True,
            **options,
        }
    )


def test_the_next_steps_of_all_samples_go_in_one_batch(provider):
    run = execute_run(run=begin(provider))
    assert (run.status, run.n_finished, run.n_failed) == ("finished", 6, 0)
    assert provider.n_calls == 0
    assert [len(batch["results"]) for batch in provider.batches.made.values()] == [6, 6, 6]
    assert set(ProviderBatch.objects.values_list("status", flat=True)) == {"imported"}


def test_results_reach_the_samples_that_asked(provider):
    provider.reply = lambda messages: f"About {messages[0]['content']} {len(messages)}"
    run = execute_run(run=begin(provider))
    for sample in iterate_samples(run):
        assert sample.answer["text"] == f"About {sample.prompt} 1"


def test_a_batch_costs_half(provider):
    whole = execute_run(run=begin(provider, uses_batches=False))
    half = execute_run(run=begin(provider, seed=1))
    assert whole.cost_micros == CALLS * (11 * 3 + 7 * 15)
    assert half.cost_micros == CALLS * (11 * 3 + 7 * 15) / 2


@pytest.mark.parametrize("outcome", ["errored", "expired", "canceled"])
def test_what_a_batch_does_not_answer_is_asked_again(provider, outcome):
    provider.batches.faults = {2: outcome, 5: outcome}
    run = execute_run(run=begin(provider))
    assert (run.status, run.n_failed) == ("finished", 0)
    assert provider.batches.n_requests == CALLS + 2
    assert len(provider.batches.paid) == CALLS
    assert set(provider.batches.paid.values()) == {1}


def test_a_provider_that_never_answers_a_request_stops_the_run(provider):
    provider.batches.faults = dict.fromkeys(range(1, 100), "errored")
    with pytest.raises(Exception, match="scripted fault"):
        execute_run(run=begin(provider))
    assert GenerationRun.objects.get().status == "failed"


def test_a_batch_waits_for_room_in_the_budget(provider):
    run = execute_run(run=begin(provider, budget=Budget(tokens=6_000)))
    assert run.status == "paused"
    assert "budget is used up" in run.error
    assert run.committed_tokens <= 6_000
    assert 0 < provider.batches.n_requests < CALLS


def test_only_anthropic_is_asked_in_batches(provider):
    with pytest.raises(ValueError, match="only Anthropic's models"):
        begin(provider, model="openai-api/local/llama-test", base_url=provider.openai_url)


def test_a_batch_accepted_but_not_noted_is_found_by_its_custom_ids(provider, monkeypatch):
    async def die(self, row, batch_id):
        raise RuntimeError("died before the note")

    run = begin(provider)
    with monkeypatch.context() as death:
        death.setattr(Batcher, "note_sent", die)
        with pytest.raises(RunStopped, match="died before"):
            execute_run(run=run)
    assert ProviderBatch.objects.get().status == "sending"
    run = execute_run(run=run)
    assert run.status == "finished"
    assert provider.batches.n_requests == CALLS


def test_a_batch_noted_but_never_accepted_is_sent_again(provider):
    run = begin(provider)
    keys = {"key-that-no-batch-has": "sample"}
    ProviderBatch.objects.create(shard=run.shards.get(), requests=keys)
    assert execute_run(run=run).status == "finished"
    assert ProviderBatch.objects.order_by("pk").first().status == "not_sent"
