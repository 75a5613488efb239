"""Writing prompts in rounds: one budget for all, held when a round is, taken up where it was broken off."""

from itertools import count

import pytest
from django.core.management import call_command
from django.db import connection
from procrastinate.contrib.django.models import ProcrastinateJob

from tests.factories import make_adopted_constitution
from tests.provider_server import Fault, provider_server
from training.budget import Budget
from training.control import pause_run
from training.models import GenerationRun
from training.prompt_sets.generating import fill_gaps
from training.prompt_sets.jobs import write_missing_prompts
from training.prompt_sets.services import make_set
from training.shards import RunStopped

pytestmark = pytest.mark.usefixtures("var_dir", "keys")


@pytest.fixture
def what(var_dir):
    return {"constitution": make_adopted_constitution(), "prompt_set": make_set(slug="town"), "at_least": 2}


def one_by_one(messages) -> str:
    """One new prompt for each call, so that a round is not enough."""
    return f"1. Is promise {next(numbers)} kept?"


numbers = count()


def of(provider, **how) -> dict:
    provider.reply = one_by_one
    return {"model": "openai-api/local/m", "base_url": provider.openai_url, "max_connections": 1, **how}


def test_all_rounds_together_stay_within_the_budget(what):
    with provider_server(counts_tokens=True) as provider:
        how = of(provider, sampling={"max_tokens": 100}, budget=Budget(tokens=2_500))
        filled = fill_gaps(**what | {"at_least": 4}, **how)
    assert len(filled.runs) > 1
    assert "budget is used up" in filled.held
    assert filled.n_new >= 3
    assert provider.n_tokens <= 2_500
    assert filled.missing


def test_a_round_that_was_broken_off_goes_on(what, provider):
    provider.faults[6] = Fault(status=400)
    with pytest.raises(RunStopped):
        fill_gaps(**what, **of(provider))
    assert provider.n_answered == 5
    assert fill_gaps(**what, **of(provider)).missing == {}
    assert provider.n_answered == 6
    assert GenerationRun.objects.count() == 2


@pytest.mark.django_db(transaction=True)
def test_a_paused_round_is_followed_by_none_until_it_is_asked_for_again(what):
    def pause_and_write(messages) -> str:
        pause_run(GenerationRun.objects.get())
        connection.close()
        return one_by_one(messages)

    with provider_server(latency=0.7) as provider:
        how = of(provider)
        provider.reply = pause_and_write
        filled = fill_gaps(**what, **how)
        assert filled.held == "The run is paused."
        assert (len(filled.runs), filled.n_new, provider.n_calls < 3) == (1, 0, True)
        filled = fill_gaps(**what, **of(provider))
    assert (filled.missing, filled.held) == ({}, "")
    assert provider.n_answered == 6


def test_the_command_tells_what_the_first_round_takes_and_begins_nothing(what, capsys):
    slug = what["constitution"].conversation.slug
    words = {"set": "town", "model": "rehearsal/demonstration", "at_least": 2}
    call_command("generate_prompts", slug, dry_run=True, **words)
    assert "The first round would take 3 samples, about 3 calls (at most 6)" in capsys.readouterr().out
    assert not GenerationRun.objects.exists()


def test_the_command_leaves_writing_and_its_budget_to_a_worker(what, capsys):
    slug = what["constitution"].conversation.slug
    words = {"set": "town", "model": "rehearsal/demonstration", "at_least": 2, "token_budget": 90_000}
    call_command("generate_prompts", slug, queue=True, **words)
    assert not what["prompt_set"].prompts.exists()
    write_missing_prompts(**ProcrastinateJob.objects.get().args)
    assert what["prompt_set"].prompts.exists()
    assert set(GenerationRun.objects.values_list("token_budget", flat=True)) == {90_000}
