"""Answers of an earlier run: its first answer and its revisions, judged and never assumed to be better."""

import pytest

from tests.factories import make_adopted_constitution
from training.earlier_answers import prompts_with_answers
from training.preferences import iterate_pairs
from training.prompts import Prompt
from training.services import execute_run, iterate_samples, start_run

pytestmark = pytest.mark.usefixtures("var_dir")


def make_revisions(*, is_executed: bool = True, **fields):
    run = start_run(
        constitution=make_adopted_constitution(),
        prompts=[Prompt(f"Question {n}?", tags=("benign",)) for n in range(8)],
        model="rehearsal/demonstration",
        options={"rounds": 2},
        **fields,
    )
    return execute_run(run=run) if is_executed else run


def judge(revisions, **options):
    prompts = prompts_with_answers(revisions, n_answers=options.get("answers", 2))
    run = start_run(
        constitution=revisions.constitution,
        kind="preference",
        prompts=prompts,
        model="rehearsal/demonstration",
        options={"answers_of": str(revisions.pk), "samples": 3, **options},
    )
    return execute_run(run=run)


def test_first_answer_and_last_revision_are_judged():
    revisions = make_revisions()
    pairs = list(iterate_pairs(judge(revisions)))
    samples = list(iterate_samples(revisions))
    assert [{pair.chosen.text, pair.rejected.text} for pair in pairs] == [
        {sample.answer["text"], sample.final_text} for sample in samples
    ]
    assert all({pair.chosen.origin, pair.rejected.origin} == {"answer", "revision 2"} for pair in pairs)
    assert {pair.tags for pair in pairs} == {("benign",)}


def test_the_judge_may_find_every_revision_worse(monkeypatch):
    monkeypatch.setattr("training.rehearsal.choose_response", prefer_the_shorter)
    pairs = list(iterate_pairs(judge(make_revisions())))
    assert {pair.chosen.origin for pair in pairs} == {"answer"}
    assert {pair.label for pair in pairs} == {1.0}


def prefer_the_shorter(responses, words, number) -> str:
    return "A" if len(responses[0]) < len(responses[1]) else "B"


def test_every_revision_can_be_compared_with_the_one_before():
    pairs = list(iterate_pairs(judge(make_revisions(), answers=3, pairs="adjacent")))
    assert len(pairs) == 2 * 8
    origins = {frozenset((pair.chosen.origin, pair.rejected.origin)) for pair in pairs}
    assert origins == {frozenset(("answer", "revision 1")), frozenset(("revision 1", "revision 2"))}


def test_an_unfinished_run_gives_no_answers():
    run = make_revisions(is_executed=False)
    with pytest.raises(ValueError, match=f"run {run.pk} .* queued"):
        prompts_with_answers(run)


def test_only_as_many_prompts_as_asked_for():
    assert len(prompts_with_answers(make_revisions(), limit=3)) == 3
