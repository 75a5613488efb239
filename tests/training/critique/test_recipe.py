"""The options of critique and revision, asked of servers that speak the real protocols."""

import json
import re
from collections import Counter
from collections.abc import Callable
from itertools import count

import pytest

from tests.factories import make_adopted_constitution
from tests.provider_server import Fault, ProviderServer, provider_server
from training.asking import read_examples
from training.datasets import export_dataset
from training.prompts import Prompt
from training.samples import RevisedSample
from training.services import execute_run, iterate_samples, start_run
from training.shards import RunStopped

pytestmark = pytest.mark.usefixtures("var_dir", "keys")
MODEL = "openai-api/local/llama-test"
OWN = {
    "prompt": "Own prompt",
    "answer": "Own answer",
    "principle": "Choose the response that is short.",
    "critique": "Own critique",
    "revision": "Own revision",
}


def begin(provider: ProviderServer, *texts: str, seed: int = 0, **options):
    return start_run(
        constitution=make_adopted_constitution(),
        prompts=[Prompt(text) for text in texts or ["hey"]],
        model=MODEL,
        base_url=provider.openai_url,
        options={"rounds": 2, **options},
        seed=seed,
    )


def samples_of(provider: ProviderServer, *texts: str, **options) -> list[RevisedSample]:
    run = execute_run(run=begin(provider, *texts, **options), max_connections=1)
    return list(iterate_samples(run))


def asked(provider: ProviderServer, number: int) -> list[str]:
    return [message["content"] for message in provider.bodies[number]["messages"]]


def scripted(prefers_earlier: Callable[[int], bool]) -> Callable[[list[dict[str, str]]], str]:
    """Texts numbered as they are written, and a judge who is told how often a principle came before it."""
    numbers, seen = count(1), Counter[str]()

    def reply(messages: list[dict[str, str]]) -> str:
        question = messages[-1]["content"]
        if not is_comparison(question):
            return f"Text {next(numbers)}, a considered one."
        principle = question.split("The principle: ")[1].split("\n")[0]
        first, second = re.findall(r"<response>\nText (\d+)", question)
        wants_earlier = prefers_earlier(seen[principle] // 2)
        seen[principle] += 1
        return "A" if (int(first) < int(second)) == wants_earlier else "B"

    return reply


def is_comparison(question: str) -> bool:
    return "Answer with one letter alone" in question


def test_several_dialogues_of_a_prompt_have_seeds_and_principles_of_their_own(provider):
    found = samples_of(provider, "hey", "thanks", samples=3, seed=7)
    assert [sample.prompt for sample in found] == ["hey"] * 3 + ["thanks"] * 3
    assert len({sample.id for sample in found}) == 6
    seeds = [body["seed"] for body in provider.bodies if len(body["messages"]) == 1]
    assert seeds == [7, 10, 13] * 2
    drawn = {tuple(step["principle"] for step in sample.steps) for sample in found}
    assert len(drawn) > 1


def test_several_dialogues_are_not_asked_again(provider):
    constitution = make_adopted_constitution()
    how = {"constitution": constitution, "model": MODEL, "base_url": provider.openai_url}
    options = {"options": {"rounds": 1, "samples": 2}}
    execute_run(run=start_run(prompts=[Prompt("hey")], **how, **options))
    n_calls = provider.n_calls
    run = execute_run(run=start_run(prompts=[Prompt("hey"), Prompt("you")], **how, **options))
    assert (n_calls, provider.n_calls, run.n_samples) == (6, 12, 4)


def test_a_direct_revision_needs_no_critique(provider):
    (sample,) = samples_of(provider, critique=False)
    assert [step["step"] for step in sample.steps] == ["answer", "revision", "revision"]
    assert provider.n_calls == 3
    said = asked(provider, 1)
    assert "Write the improved answer alone" in said[-1]
    assert not any("Write the critique alone" in text for text in said)


def test_examples_can_be_left_out_or_be_ones_own(provider):
    samples_of(provider, "without", examples=False)
    assert len(asked(provider, 1)) == 3
    samples_of(provider, "own", examples=[OWN])
    own = asked(provider, 6)
    assert own[0] == "Own prompt"
    assert len(own) == 9


def test_a_file_of_examples_is_read_whole_or_refused(tmp_path):
    path = tmp_path / "mine.txt"
    path.write_text("".join(f"===== {name}\n{text}\n" for name, text in OWN.items()))
    assert read_examples(path) == [OWN]
    path.write_text("===== prompt\nhey\n")
    with pytest.raises(ValueError, match=r"mine.txt must hold whole examples"):
        read_examples(path)
    with pytest.raises(ValueError, match="cannot be read"):
        read_examples(tmp_path / "missing.txt")


@pytest.mark.parametrize(
    ("framing", "critique", "revision"),
    [
        ("as_worded", "falls short of", "so that it becomes"),
        ("positive", "could come closer to being", "so that it becomes"),
        ("negative", "keeps it from being", "take out everything that keeps it from"),
    ],
)
def test_the_framing_shapes_requests_and_is_recorded(provider, framing, critique, revision):
    (sample,) = samples_of(provider, framing=framing)
    assert critique in asked(provider, 1)[-1]
    assert revision in asked(provider, 2)[-1]
    assert [step["framing"] for step in sample.steps] == ["", *[framing] * 4]


def test_a_judge_is_asked_in_both_orders_under_its_and_earlier_principles():
    with provider_server(reply=scripted(lambda _: False)) as provider:
        (sample,) = samples_of(provider, judge="self")
    verdicts = [step["verdict"] for step in sample.steps if step["step"] == "revision"]
    assert [len(verdict["comparisons"]) for verdict in verdicts] == [1, 2]
    assert verdicts[1]["comparisons"][1]["principle"] == sample.steps[1]["principle"]
    assert [(verdict["judge"], verdict["result"]) for verdict in verdicts] == [
        ("the model itself", "better")
    ] * 2
    assert sum(is_comparison(asked(provider, number)[-1]) for number in range(provider.n_calls)) == 6
    assert sample.flags == ()


def test_a_judge_that_follows_the_place_decides_nothing():
    writes = scripted(lambda _: False)
    with provider_server(
        reply=lambda said: "A" if is_comparison(said[-1]["content"]) else writes(said)
    ) as provider:
        (sample,) = samples_of(provider, judge="self", keep="best")
    assert {step["verdict"]["result"] for step in sample.steps if step["verdict"]} == {"even"}
    assert sample.final_text == sample.steps[-1]["text"]
    assert sample.flags == ()


@pytest.mark.parametrize("keep", ["last", "best"])
def test_what_is_judged_worse_is_kept_or_not_as_wanted(keep):
    with provider_server(reply=scripted(lambda _: True)) as provider:
        (sample,) = samples_of(provider, judge="self", keep=keep)
    assert "judged_worse" in sample.flags
    assert [step["is_kept"] for step in sample.steps if step["step"] == "revision"] == [keep == "last"] * 2
    assert sample.has_failed() == (keep == "best")


def test_a_revision_that_undoes_an_earlier_one_is_left():
    with provider_server(reply=scripted(lambda n_before: n_before > 0)) as provider:
        (sample,) = samples_of(provider, judge="self", keep="best")
    first, second = (step for step in sample.steps if step["step"] == "revision")
    assert second["verdict"]["undoes"] == [first["principle"]]
    assert second["verdict"]["result"] == "better"
    assert sample.final_text == first["text"]
    assert sample.flags == ("undoes_principle",)


def test_another_model_can_judge_and_a_refusing_one_is_not_understood(provider):
    with provider_server(always=Fault(text="I cannot compare these.")) as judge:
        named = {"model": "anthropic/claude-judge", "base_url": judge.anthropic_url}
        (sample,) = samples_of(provider, judge=named, keep="best")
    assert (provider.n_calls, judge.n_calls) == (5, 6)
    assert {body["model"] for body in judge.bodies} == {"claude-judge"}
    assert sample.flags == ("judge_unread",)
    assert sample.final_text == sample.steps[-1]["text"]


@pytest.mark.parametrize(
    ("options", "told"),
    [
        ({"rounds": 0}, "at least 1 round"),
        ({"samples": 17}, "“samples” must be between 1 and 16"),
        ({"critique": "no"}, "“critique” must be true or false"),
        ({"framing": "harsh"}, "“framing” must be one of as_worded, positive, negative"),
        ({"keep": "best"}, "only with a judge"),
        ({"examples": [{**OWN, "revision": " "}]}, "“examples” must be true, false, or a list"),
        ({"judge": {"model": MODEL, "constitution": True}}, "“judge” must be self"),
    ],
)
def test_options_that_make_no_sense_are_named(provider, options, told):
    with pytest.raises(ValueError, match=told):
        begin(provider, **options)


def test_rows_carry_the_verdict_and_the_card_names_the_judge(tmp_path):
    with provider_server(reply=scripted(lambda n_before: n_before > 0)) as provider:
        run = execute_run(run=begin(provider, judge="self", keep="best"), max_connections=1)
    export_dataset(run=run, format="preference", out=tmp_path / "out")
    (row,) = map(json.loads, (tmp_path / "out" / "train.jsonl").read_text().splitlines())
    assert (row["verdict"], row["step"], len(row["principle_ids"])) == ("better", 1, 1)
    card = (tmp_path / "out" / "README.md").read_text()
    assert "A judge (the model itself) compared each revision" in card
    assert "No judge decided" not in card


def test_a_judged_run_that_stopped_goes_on_and_pays_for_nothing_twice():
    with provider_server(reply=scripted(lambda _: False)) as provider:
        run = begin(provider, judge="self")
        provider.faults = {number: Fault(status=400) for number in range(6, 40)}
        with pytest.raises(RunStopped):
            execute_run(run=run, max_connections=1, retries=0)
        provider.faults = {}
        run = execute_run(run=run, max_connections=1)
    assert (run.status, provider.n_answered, run.token_use["calls"]) == ("finished", 11, 11)


def test_prepared_answers_know_direct_revisions():
    run = start_run(
        constitution=make_adopted_constitution(),
        prompts=[Prompt("hey")],
        model="rehearsal/demonstration",
        options={"rounds": 2, "critique": False},
    )
    (sample,) = iterate_samples(execute_run(run=run))
    assert [step["status"] for step in sample.steps] == ["ok"] * 3
    assert sample.final_text.startswith(sample.answer["text"].split("\n")[0])
