"""Prompt sets: each prompt once, some held out, every principle exercised, people's spot checks."""

import pytest
from django.core.management import CommandError, call_command
from hypothesis import given
from hypothesis import strategies as st

from tests.factories import make_adopted_constitution, make_facilitator
from training.models import Exercise, GenerationRun
from training.prompt_sets.coverage import (
    check_exercise,
    checked_share,
    coverage_of,
    find_by_similarity,
    gaps,
    next_check,
    similar,
)
from training.prompt_sets.generating import fill_gaps, name_by_model
from training.prompt_sets.pipelines import request_prompts
from training.prompt_sets.reading import read_list, read_numbers
from training.prompt_sets.services import (
    PromptSetRefused,
    add_prompts,
    is_held_out,
    likeness_of,
    make_set,
    prompts_of,
)
from training.prompts import Prompt

REHEARSAL = "rehearsal/demonstration"


@pytest.fixture
def prompt_set(db):
    return make_set(slug="town")


@pytest.fixture
def constitution(var_dir):
    return make_adopted_constitution()


def fill(prompt_set, n=40):
    prompts = [Prompt(f"Question {number}?", ("helpful",)) for number in range(n)]
    return add_prompts(prompt_set=prompt_set, prompts=prompts)


def test_the_same_words_are_one_prompt(prompt_set):
    prompts = [Prompt("Hey there!"), Prompt("hey   there"), Prompt("hey, you")]
    added = add_prompts(prompt_set=prompt_set, prompts=prompts)
    assert (added.n_new, added.n_duplicates) == (2, 1)
    assert add_prompts(prompt_set=prompt_set, prompts=prompts).n_new == 0


@given(st.text(min_size=1))
def test_case_and_space_make_no_other_prompt(text):
    assert likeness_of(f" {text} ") == likeness_of(text)


def test_signs_alone_are_different_prompts():
    assert likeness_of("?") != likeness_of("!")


def test_held_out_prompts_are_about_one_in_ten_and_always_the_same():
    held_out = [number for number in range(2000) if is_held_out(f"Question {number}?")]
    assert 140 < len(held_out) < 260
    assert all(is_held_out(f"question {number}") for number in held_out)


def test_a_run_gets_no_held_out_prompt_unless_it_asks(prompt_set):
    fill(prompt_set, 100)
    train, test = prompts_of(prompt_set), prompts_of(prompt_set, held_out=True)
    assert {prompt.text for prompt in train}.isdisjoint(prompt.text for prompt in test)
    assert len(train) + len(test) == len(prompts_of(prompt_set, held_out=None)) == 100


def test_prompts_are_chosen_by_tag(prompt_set):
    add_prompts(prompt_set=prompt_set, prompts=[Prompt("a b c", ("harmful",)), Prompt("hey", ("benign",))])
    assert [prompt.text for prompt in prompts_of(prompt_set, tags=["benign"], held_out=None)] == ["hey"]
    with pytest.raises(PromptSetRefused, match="No prompt"):
        prompts_of(prompt_set, tags=["contentious"])


def test_prompts_are_written_until_every_principle_has_enough(constitution, prompt_set):
    filled = fill_gaps(constitution=constitution, prompt_set=prompt_set, model=REHEARSAL, at_least=7)
    assert filled.missing == {}
    covered = coverage_of(constitution, prompt_set)
    assert all(row.n >= 7 and row.by_finder["generation"] == row.n for row in covered)
    again = fill_gaps(constitution=constitution, prompt_set=prompt_set, model=REHEARSAL, at_least=7)
    assert (again.n_new, again.runs) == (0, [])


def test_what_is_written_is_tagged_by_its_manner(constitution, prompt_set):
    fill_gaps(constitution=constitution, prompt_set=prompt_set, model=REHEARSAL, at_least=12)
    assert {tag for prompt in prompt_set.prompts.all() for tag in prompt.tags} >= {"helpful", "contentious"}


def test_a_model_that_writes_nothing_of_use_does_not_go_on_for_ever(constitution, prompt_set, keys, provider):
    provider.reply = lambda messages: "I would rather not."
    how = {"model": "openai-api/local/m", "base_url": provider.openai_url}
    filled = fill_gaps(constitution=constitution, prompt_set=prompt_set, at_least=2, **how)
    assert filled.missing == {1: 2, 2: 2, 3: 2}
    assert filled.n_new == 0


def test_a_model_names_the_principles_of_each_prompt(constitution, prompt_set, keys, provider):
    provider.reply = lambda messages: "Thinking.\nPRINCIPLES: 2, 9"
    fill(prompt_set, 3)
    how = {"model": "openai-api/local/m", "base_url": provider.openai_url}
    run, n_new = name_by_model(constitution=constitution, prompt_set=prompt_set, **how)
    assert (run.kind, n_new) == ("coverage", 3)
    assert [row.n for row in coverage_of(constitution, prompt_set)] == [0, 3, 0]
    assert "Choose the response" in str(provider.bodies[0])


def test_words_in_common_find_principles(constitution, prompt_set):
    principle = constitution.principles.get(position=1)
    about = f"Is it right to {principle.text.removeprefix('Choose the response that ')}"
    add_prompts(prompt_set=prompt_set, prompts=[Prompt(about), Prompt("zzz qqq")])
    find_by_similarity(constitution=constitution, prompt_set=prompt_set)
    assert coverage_of(constitution, prompt_set)[0].n == 1
    assert not Exercise.objects.filter(prompt__text="zzz qqq").exists()


def test_a_prompt_has_few_likely_principles():
    principles = [f"keeps secrets of kind {name}" for name in ("red", "blue", "green", "brown", "black")]
    found = similar(principles, ["keeps secrets of kind blue"])
    assert found[0][1] == 1
    assert len(found) <= 3


def test_what_a_person_found_wrong_does_not_count(constitution, prompt_set):
    fill_gaps(constitution=constitution, prompt_set=prompt_set, model=REHEARSAL, at_least=2)
    before = coverage_of(constitution, prompt_set)
    exercise = next_check(constitution)
    assert next_check(constitution) == exercise
    check_exercise(exercise=exercise, is_right=False, by=make_facilitator())
    assert sum(row.n for row in coverage_of(constitution)) == sum(row.n for row in before) - 1
    share = checked_share(constitution)["generation"]
    assert (share["k"], share["n"]) == (0, 1)
    assert share["low"] == pytest.approx(0, abs=1e-9)


def test_gaps_name_what_is_missing(constitution):
    assert gaps(coverage_of(constitution), 5) == {1: 5, 2: 5, 3: 5}
    assert next_check(constitution) is None


def test_samples_of_a_later_round_are_others():
    first = request_prompts({1: "a"}, {1: 7})
    later = request_prompts({1: "a"}, {1: 7}, first=3)
    assert {prompt.text for prompt in first}.isdisjoint(prompt.text for prompt in later)


def test_lists_are_read_as_models_write_them():
    text = "Here you are:\n1. “One”\n2) Two\n   more of two\n- Three\n\nHope that helps"
    assert read_list(text, 5) == ["One", "Two\nmore of two", "Three"]
    assert read_list("nothing", 5) == []


@pytest.mark.parametrize(
    ("text", "numbers"),
    [("PRINCIPLES: 4, 1", [4, 1]), ("principles: none", []), ("PRINCIPLES: 9", []), ("four", None)],
)
def test_numbers_are_read_and_unknown_ones_left_out(text, numbers):
    assert read_numbers(text, {1, 4}) == numbers


def test_the_commands_do_it_all(constitution, tmp_path, capsys):
    (tmp_path / "a.txt").write_text("Is it honest to flatter?\nIs it honest to flatter\n")
    call_command("import_prompts", tmp_path / "a.txt", set="town", tags=["helpful"])
    assert "1 new prompts, 1 came twice or were there" in capsys.readouterr().out
    slug = constitution.conversation.slug
    call_command("generate_prompts", slug, set="town", model=REHEARSAL, at_least=2)
    call_command("find_coverage", slug, set="town", model=REHEARSAL)
    assert "3 of 3 principles are exercised" in capsys.readouterr().out
    assert GenerationRun.objects.filter(kind="coverage", status="finished").exists()


def test_the_commands_name_what_is_wrong(constitution, tmp_path):
    with pytest.raises(CommandError, match="cannot be told"):
        call_command("import_prompts", tmp_path / "a.doc", set="town")
    with pytest.raises(CommandError, match="no prompt set “none”"):
        call_command("find_coverage", constitution.conversation.slug, set="none")
    with pytest.raises(CommandError, match="at least 1"):
        call_command("generate_prompts", constitution.conversation.slug, set="a", model=REHEARSAL, at_least=0)
