"""The command: a demonstration without a key, and one clear sentence for whatever is wrong."""

from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from tests.factories import make_adopted_constitution
from training.models import GenerationRun
from training.preferences import iterate_pairs
from training.prompt_sets.services import add_prompts, is_held_out, make_set
from training.prompts import DEMONSTRATION, Prompt
from training.services import iterate_rows

pytestmark = pytest.mark.usefixtures("var_dir")


def generate(reference: str, *words: str, **options) -> str:
    out = StringIO()
    defaults = {"model": "rehearsal/demonstration", "limit": 4}
    if not {"--answers-of", "--prompt-set"} & set(words):
        words = ("--prompts", str(DEMONSTRATION), *words)
    call_command(
        "generate_preferences", reference, *words, stdout=out, stderr=StringIO(), **(defaults | options)
    )
    return out.getvalue()


@pytest.mark.e2e
def test_a_demonstration_needs_no_key(no_keys):
    constitution = make_adopted_constitution()
    said = generate(constitution.reference)
    run = GenerationRun.objects.get()
    assert said.startswith(f"Run {run.pk}: 4 samples (0 failed), ")
    assert "Pairs: " in said
    pairs = list(iterate_pairs(run))
    assert len(pairs) == 4
    assert all(pair.is_rehearsal for pair in pairs)
    assert {pair.label_source for pair in pairs if pair.status != "identical"} == {"samples (5)"}
    assert all(pair.constitution_sha256 == constitution.sha256 for pair in pairs)
    assert generate(constitution.reference) == said


def test_a_set_gives_the_prompts_with_a_tag_that_it_does_not_hold_out():
    texts = [f"Prompt {number}" for number in range(60)]
    town = make_set(slug="town")
    add_prompts(prompt_set=town, prompts=[Prompt(text, ("harmful",)) for text in texts])
    add_prompts(prompt_set=town, prompts=[Prompt("What is a square?", ("benign",))])
    reference = make_adopted_constitution().reference
    generate(reference, "--prompt-set", "town", "--tags", "harmful", limit=None)
    asked = {row["prompt"] for row in iterate_rows(GenerationRun.objects.get())}
    assert asked == {text for text in texts if not is_held_out(text)} != set(texts)


def test_tags_choose_from_a_set_alone():
    with pytest.raises(CommandError, match="--tags choose among the prompts of a --prompt-set"):
        generate(make_adopted_constitution().reference, tags=["harmful"])


def test_answers_of_an_earlier_run_can_be_judged():
    reference = make_adopted_constitution().reference
    call_command(
        *("generate_revisions", reference, "--prompts", str(DEMONSTRATION)),
        model="rehearsal/demonstration",
        rounds=1,
        limit=3,
        smoke=False,
        stdout=StringIO(),
        stderr=StringIO(),
    )
    earlier = GenerationRun.objects.get()
    assert "3 samples" in generate(reference, "--answers-of", str(earlier.pk))


def test_a_constitution_can_stand_before_every_other_answer():
    generate(make_adopted_constitution().reference, with_constitution=True)
    pairs = list(iterate_pairs(GenerationRun.objects.get()))
    origins = {origin for pair in pairs for origin in (pair.chosen.origin, pair.rejected.origin)}
    assert origins == {"sampled", "sampled with the constitution"}


def test_judges_are_named_with_their_servers(monkeypatch):
    monkeypatch.setenv("LOCAL_API_KEY", "a-key-that-nobody-checks")
    words = ("--judge", "openai-api/local/judge@ftp://nowhere")
    with pytest.raises(CommandError, match="“ftp://nowhere” is not an address"):
        generate(make_adopted_constitution().reference, *words)


def test_what_it_would_take_is_told_beforehand():
    assert generate(make_adopted_constitution().reference, dry_run=True) == ""
    assert not GenerationRun.objects.exists()


@pytest.mark.parametrize("run", ["not-an-id", "00000000-0000-0000-0000-000000000000"])
def test_an_unknown_earlier_run_is_named(run):
    with pytest.raises(CommandError, match=f"there is no run {run}"):
        generate(make_adopted_constitution().reference, "--answers-of", run)


@pytest.mark.parametrize(
    ("options", "complaint"),
    [
        ({"answers": 1}, "“answers” must be between 2 and 8"),
        ({"tie_margin": 0.7}, "“tie_margin” must be"),
        ({"model": ""}, "Name a model"),
    ],
)
def test_what_is_wrong_is_said_before_anything_is_made(options, complaint):
    with pytest.raises(CommandError, match=complaint):
        generate(make_adopted_constitution().reference, **options)
    assert not GenerationRun.objects.exists()
