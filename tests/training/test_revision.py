"""The dialogue of one prompt, step by step, against servers that speak the real protocols."""

from random import Random

import pytest

from tests.factories import make_adopted_constitution
from tests.provider_server import Fault, provider_server
from training.prompts import Prompt
from training.samples import RevisedSample
from training.services import execute_run, iterate_samples, start_run

ROUNDS = 2
CALLS = 1 + 2 * ROUNDS


def revise(url: str, model: str, *texts: str, **options) -> list[RevisedSample]:
    """Run the prompts through the server and return their samples in order of the prompts."""
    run = start_run(
        constitution=make_adopted_constitution(),
        prompts=[Prompt(text) for text in texts],
        model=model,
        base_url=url,
        options={"rounds": ROUNDS},
    )
    run = execute_run(run=run, max_connections=options.pop("max_connections", 1), **options)
    samples = {sample.prompt: sample for sample in iterate_samples(run)}
    return [samples[text] for text in texts]


@pytest.mark.usefixtures("var_dir", "keys")
class TestDialogue:
    def test_anthropic_is_asked_in_rounds(self, provider):
        (sample,) = revise(provider.anthropic_url, "anthropic/claude-test", "hey")
        assert provider.n_calls == CALLS
        assert [step["step"] for step in sample.steps] == ["answer", *["critique", "revision"] * ROUNDS]
        assert sample.flags == ()
        assert {step["model"] for step in sample.steps} == {"claude-test"}
        assert "temperature" not in provider.bodies[0]

    def test_openai_is_asked_in_rounds(self, provider):
        (sample,) = revise(provider.openai_url, "openai-api/local/llama-test", "hey")
        assert provider.n_calls == CALLS
        assert sample.last_revision["text"] == sample.steps[-1]["text"]
        assert provider.bodies[0]["messages"] == [{"role": "user", "content": "hey"}]

    def test_a_revision_is_asked_about_the_latest_answer(self, provider):
        (sample,) = revise(provider.openai_url, "openai/gpt-test", "hey")
        said = [message["content"] for message in provider.bodies[3]["messages"]]
        assert sample.steps[2]["text"] == said[-2]
        assert sample.answer["text"] not in said
        assert "Write the critique alone" in said[-1]

    def test_an_empty_answer_is_asked_again(self, provider):
        provider.faults = {1: Fault(text="")}
        (sample,) = revise(provider.anthropic_url, "anthropic/claude-test", "hey")
        assert provider.n_calls == CALLS + 1
        assert sample.answer["n_calls"] == 2
        assert not sample.has_failed()

    def test_a_model_that_never_answers_is_flagged_and_left(self):
        with provider_server(always=Fault(text="")) as provider:
            (sample,) = revise(provider.openai_url, "openai/gpt-test", "hey")
        assert provider.n_calls == 3
        assert sample.has_failed()
        assert "no_answer" in sample.flags

    def test_a_refusing_answer_is_kept_and_flagged(self, provider):
        provider.faults = {1: Fault(text="I'm sorry, but I can't help with that.")}
        (sample,) = revise(provider.anthropic_url, "anthropic/claude-test", "how to pick a lock")
        assert "answer_refuses" in sample.flags
        assert len(sample.steps) == CALLS
        assert not sample.has_failed()

    def test_a_blocked_answer_is_not_asked_again(self, provider):
        provider.faults = {1: Fault(text="", refuses=True)}
        (sample,) = revise(provider.anthropic_url, "anthropic/claude-test", "hey")
        assert provider.n_calls == 1
        assert {"no_answer", "answer_refuses"} <= set(sample.flags)

    def test_a_revision_cut_short_is_not_taken_over(self, provider):
        provider.faults = {CALLS: Fault(is_cut=True)}
        (sample,) = revise(provider.openai_url, "openai/gpt-test", "hey")
        assert sample.steps[-1]["status"] == "cut"
        assert sample.last_revision == sample.steps[2]
        assert "unread_step" in sample.flags

    def test_long_prompts_come_back_whole(self, provider):
        text = "Tell me about this. " * 400 + "The end."
        (sample,) = revise(provider.openai_url, "openai/gpt-test", text)
        assert sample.prompt == text


def test_principles_are_drawn_by_weight_and_none_twice_at_first():
    from training.revision import DrawnPrinciple, draw_principles

    principles = [DrawnPrinciple(1, "", 9.0), DrawnPrinciple(2, "", 1.0), DrawnPrinciple(3, "", 1.0)]
    drawn = [draw_principles(principles, 4, Random(number)) for number in range(400)]
    assert all(len({principle.id for principle in four[:3]}) == 3 for four in drawn)
    first = [four[0].id for four in drawn]
    assert 0.7 < first.count(1) / len(first) < 0.92
    assert draw_principles(principles, 4, Random(3)) == drawn[3]
