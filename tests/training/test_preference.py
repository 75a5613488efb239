"""Preference runs against servers that speak the real protocols: fair, biased and refusing judges."""

import re
from zlib import crc32

import pytest

from tests.factories import make_adopted_constitution
from tests.provider_server import Fault, provider_server
from training.models import GenerationRun
from training.preferences import PreferencePair, iterate_pairs
from training.prompts import Prompt
from training.services import execute_run, start_run
from training.shards import RunStopped

pytestmark = pytest.mark.usefixtures("var_dir", "keys")

OPTIONS = re.compile(r"\([AB]\) <response>\n(.*?)\n</response>", re.DOTALL)
LOCAL = "openai-api/local/llama-test"


def options_in(messages) -> list[str]:
    """The two responses of a comparison, or nothing when an answer is asked for."""
    return OPTIONS.findall(messages[-1]["content"])


def fair_odds(messages) -> dict[str, float]:
    """Prefer the text with the larger checksum at 0.8, in whatever place."""
    texts = options_in(messages)
    p = 0.8 if crc32(texts[0].encode()) > crc32(texts[1].encode()) else 0.2
    return {"A": 0.9 * p, "B": 0.9 * (1 - p), "Well": 0.1}


def letter(choose, name: str = "Answer"):
    """A reply that answers a comparison with one letter, and a request with a text of its own."""
    calls = iter(range(10_000))

    def reply(messages) -> str:
        texts = options_in(messages)
        return choose(texts) if texts else f"{name} number {next(calls)}."

    return reply


def fair_server():
    """A server whose judge gives log-probabilities and cares for no place."""
    return provider_server(reply=letter(lambda _: "A"), odds=fair_odds)


def make_run(
    url: str, model: str = LOCAL, *, n_prompts: int = 1, n_principles: int = 3, **options
) -> GenerationRun:
    run = start_run(
        constitution=make_adopted_constitution(n_principles),
        kind="preference",
        prompts=[Prompt(f"Question {n}?") for n in range(n_prompts)],
        model=model,
        base_url=url,
        options=options,
    )
    return execute_run(run=run, max_connections=1)


def only_pair(run: GenerationRun) -> PreferencePair:
    (pair,) = iterate_pairs(run)
    return pair


def sample_twice(url: str, **options) -> GenerationRun:
    return make_run(url, "anthropic/claude-test", samples=2, **options)


def test_log_probabilities_become_the_label():
    with fair_server() as provider:
        pair = only_pair(make_run(provider.openai_url))
    assert pair.label == pytest.approx(0.8)
    assert pair.labels_by_order == pytest.approx((0.8, 0.8))
    assert pair.position_effect == pytest.approx(0)
    assert (pair.label_source, pair.status, pair.weight) == ("log-probabilities", "ok", 1)
    assert crc32(pair.chosen.text.encode()) > crc32(pair.rejected.text.encode())
    assert provider.n_calls == 4
    assert provider.bodies[-1]["top_logprobs"] == 10


def test_each_answer_is_sampled_with_a_seed_of_its_own():
    with fair_server() as provider:
        make_run(provider.openai_url, answers=3)
    seeds = [body["seed"] for body in provider.bodies if not options_in(body["messages"])]
    assert len(set(seeds)) == 3


def test_without_log_probabilities_the_judge_is_asked_again_and_again():
    with provider_server(reply=letter(lambda texts: "A" if min(texts) == texts[0] else "B")) as provider:
        pair = only_pair(make_run(provider.anthropic_url, "anthropic/claude-test", samples=3))
    assert provider.n_calls == 2 + 2 * 3
    assert (pair.label, pair.label_source) == (1.0, "samples (3)")
    assert pair.chosen.text < pair.rejected.text


def test_log_probabilities_can_be_left_alone():
    with provider_server(reply=letter(lambda _: "B"), odds=fair_odds) as provider:
        pair = only_pair(make_run(provider.openai_url, label="samples", samples=2))
    assert pair.label_source == "samples (2)"
    assert not any("logprobs" in body for body in provider.bodies)


def test_a_judge_that_likes_the_first_place_is_found_out():
    with provider_server(reply=letter(lambda _: "A")) as provider:
        pair = only_pair(sample_twice(provider.anthropic_url))
    assert pair.position_effect == 1
    assert pair.orders_disagree()
    assert (pair.status, pair.label, pair.weight) == ("tie", 0.5, 0)


def test_a_judge_that_always_refuses_has_answered_and_gives_no_label():
    with provider_server(reply=letter(lambda _: "I'm sorry, but I can't help with that.")) as provider:
        run = sample_twice(provider.anthropic_url)
    pair = only_pair(run)
    assert (pair.status, pair.label, pair.weight) == ("refused", None, 0)
    assert {judgement.status for judgement in pair.judgements} == {"refused"}
    assert (run.status, run.n_failed) == ("finished", 1)


def test_what_cannot_be_read_is_missing_and_not_one_half():
    with provider_server(reply=letter(lambda _: "Both have their merits.")) as provider:
        pair = only_pair(sample_twice(provider.anthropic_url))
    assert (pair.status, pair.label) == ("unread", None)


def test_identical_answers_are_a_tie_that_nobody_judges():
    with provider_server(always=Fault(text="Hello!")) as provider:
        pair = only_pair(sample_twice(provider.anthropic_url))
    assert provider.n_calls == 2
    assert (pair.status, pair.label, pair.weight) == ("identical", 0.5, 0)


def test_labels_after_reasoning_are_clamped_and_marked():
    with provider_server(
        reply=letter(lambda texts: f"Let me see. ANSWER: {'AB'[texts[0] > texts[1]]}")
    ) as provider:
        pair = only_pair(sample_twice(provider.anthropic_url, reasoning=True))
    assert pair.label == pytest.approx(0.6)
    assert pair.is_clamped
    assert "step by step" in provider.bodies[-1]["messages"][-1]["content"]
    assert provider.bodies[-1]["max_tokens"] > 16


def test_asked_for_the_worse_one_the_label_is_turned():
    with provider_server(reply=letter(lambda texts: "A" if texts[0] > texts[1] else "B")) as provider:
        pair = only_pair(sample_twice(provider.anthropic_url, framing="negative"))
    assert pair.chosen.text < pair.rejected.text
    assert pair.label == 1


@pytest.mark.parametrize(("pairing", "n_pairs"), [("all", 6), ("adjacent", 3)])
def test_several_answers_are_compared_each_with_each_or_each_with_the_next(pairing, n_pairs):
    with fair_server() as provider:
        pairs = list(iterate_pairs(make_run(provider.openai_url, answers=4, pairs=pairing)))
    assert len(pairs) == len({pair.id for pair in pairs}) == n_pairs


def test_an_ensemble_asks_under_different_principles():
    with fair_server() as provider:
        pair = only_pair(make_run(provider.openai_url, principles=2))
    assert len(set(pair.principle_ids)) == 2
    assert set(pair.labels_by_principle) == set(pair.principle_ids)
    assert provider.n_calls == 2 + 2 * 2


def test_several_judges_and_answering_models_each_have_their_say():
    with fair_server() as first, provider_server(reply=letter(lambda _: "B", "Other")) as second:
        other = {"model": "anthropic/claude-test", "base_url": second.anthropic_url}
        judges = [other, {"model": LOCAL, "base_url": first.openai_url}]
        pair = only_pair(make_run(first.openai_url, judges=judges, answerers=[judges[1], other], samples=2))
    assert pair.judges == ("anthropic/claude-test", LOCAL)
    assert {pair.chosen.model, pair.rejected.model} == {"anthropic/claude-test", LOCAL}
    assert pair.labels_by_judge["anthropic/claude-test"] == 0.5
    assert pair.label == pytest.approx((0.5 + 0.8) / 2)
    assert pair.label_source == "log-probabilities and samples (2)"


def test_a_model_can_answer_with_the_constitution_before_it():
    with fair_server() as provider:
        model = {"model": LOCAL, "base_url": provider.openai_url}
        pair = only_pair(make_run(provider.openai_url, answerers=[model, {**model, "constitution": True}]))
    asked = [body["messages"] for body in provider.bodies if not options_in(body["messages"])]
    assert [messages[0]["role"] for messages in asked] == ["user", "system"]
    assert {pair.chosen.origin, pair.rejected.origin} == {"sampled", "sampled with the constitution"}


def test_an_empty_answer_is_in_no_pair():
    with provider_server(
        reply=letter(lambda _: "A"), faults={n: Fault(text="") for n in (1, 2, 3)}
    ) as provider:
        run = sample_twice(provider.anthropic_url)
    assert list(iterate_pairs(run)) == []
    assert run.n_failed == 1


def test_a_run_that_stopped_goes_on_without_asking_twice():
    with provider_server(reply=letter(lambda _: "A"), faults={6: Fault(status=400)}) as provider:
        with pytest.raises(RunStopped):
            sample_twice(provider.anthropic_url)
        assert provider.n_answered == 5
        run = execute_run(run=GenerationRun.objects.get())
    assert run.status == "finished"
    assert provider.n_answered == run.token_use["calls"] == 2 + 2 * 2


def test_what_stands_in_an_answer_is_put_in_as_it_is():
    with provider_server(reply=letter(lambda _: "A")) as provider:
        run = start_run(
            constitution=make_adopted_constitution(1),
            kind="preference",
            prompts=[Prompt("What do {a} and {ending} mean?")],
            model="anthropic/claude-test",
            base_url=provider.anthropic_url,
            options={"samples": 1},
        )
        execute_run(run=run)
    assert (
        "<request>\nWhat do {a} and {ending} mean?\n</request>"
        in provider.bodies[-1]["messages"][-1]["content"]
    )


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({"answers": 1}, "“answers” must be between 2 and 8, not 1"),
        ({"pairs": "some"}, "“pairs” must be one of all, adjacent, not 'some'"),
        ({"tie_margin": 0.5}, "“tie_margin” must be at least 0 and below 0.5"),
        ({"judges": [{"name": "x"}]}, "each of the option “judges” is an object with “model”"),
        ({"judges": [{"model": LOCAL, "base_url": "http://x"}] * 2}, f"“judges” names {LOCAL} twice"),
        ({"colour": 1}, "no option “colour”"),
    ],
)
def test_wrong_options_are_named(options, said):
    with pytest.raises(ValueError, match=re.escape(said)):
        make_run("http://127.0.0.1:1/v1", **options)
