"""Two variants side by side: paired by item, corrected for the number of tests, or not compared at all."""

from dataclasses import replace

import pytest

from evaluation.comparison import compare_variants
from evaluation.reading import describe_p, write_comparison
from evaluation.tasks import TASKS
from tests.evaluation.finished import finish_bbq, finish_own_statements
from tests.factories import make_grouped_analysis, make_variant

pytestmark = pytest.mark.django_db


def run_with(reply, *, slug, conversation):
    """A new variant with a finished run of own statements."""
    variant = make_variant(slug=slug)
    finish_own_statements(variant, conversation, reply)
    return variant


@pytest.fixture
def conversation(own_var):
    votes = {"A": [[10, 0, 0]] * 8 + [[0, 0, 0]], "B": [[0, 10, 0]] * 9}
    return make_grouped_analysis(votes).conversation


def test_opposite_variants_differ_clearly_for_both_groups(conversation):
    a = run_with(lambda sample: "agree", slug="a", conversation=conversation)
    b = run_with(lambda sample: "disagree", slug="b", conversation=conversation)
    comparison = compare_variants(a=a, b=b)
    to_a, to_b = comparison.tasks[0].measures
    assert (to_a.paired.difference, to_b.paired.difference) == (-1.0, 1.0)
    assert (to_a.paired.n_items, to_b.paired.n_items) == (8, 9)
    # Exchanged pairs: 2 of 2⁸ and 2 of 2⁹ ways; Holm doubles the smaller one.
    assert (to_a.p_adjusted, to_b.p_adjusted) == pytest.approx((2 / 256, 2 / 256))
    assert comparison.n_tests == 2


def test_a_variant_compared_with_its_like_shows_no_difference(conversation):
    a = run_with(lambda sample: "agree", slug="a", conversation=conversation)
    b = run_with(lambda sample: "I agree.", slug="b", conversation=conversation)
    measures = compare_variants(a=a, b=b).tasks[0].measures
    assert [(measure.paired.difference, measure.p_adjusted) for measure in measures] == [(0.0, 1.0)] * 2


def test_only_statements_that_both_answered_are_compared(conversation):
    def shy(sample):
        return "Who knows." if sample.id == "statement-1" else "agree"

    a = run_with(lambda sample: "agree", slug="a", conversation=conversation)
    b = run_with(shy, slug="b", conversation=conversation)
    to_a, to_b = compare_variants(a=a, b=b).tasks[0].measures
    assert (to_a.paired.n_items, to_b.paired.n_items) == (7, 8)


def test_runs_on_other_data_are_named_and_not_compared(conversation):
    a = run_with(lambda sample: "agree", slug="a", conversation=conversation)
    other = make_grouped_analysis({"A": [[1, 2, 3]] * 3}).conversation
    b = run_with(lambda sample: "agree", slug="b", conversation=other)
    task = compare_variants(a=a, b=b).tasks[0]
    assert (task.measures, "different data" in task.reason) == ([], True)


def test_runs_of_other_versions_of_a_task_are_not_compared(conversation, monkeypatch):
    a = run_with(lambda sample: "agree", slug="a", conversation=conversation)
    monkeypatch.setitem(TASKS, "own_statements", replace(TASKS["own_statements"], version="0"))
    b = run_with(lambda sample: "agree", slug="b", conversation=conversation)
    assert "version 0" in compare_variants(a=a, b=b).tasks[0].reason


def test_an_older_run_on_the_same_data_is_found_behind_a_newer_one(conversation):
    a = run_with(lambda sample: "agree", slug="a", conversation=conversation)
    b = run_with(lambda sample: "agree", slug="b", conversation=conversation)
    newer = make_grouped_analysis({"A": [[1, 2, 3]] * 3}).conversation
    finish_own_statements(b, newer, lambda sample: "agree")
    assert compare_variants(a=a, b=b).tasks[0].reason == ""


def test_a_task_only_one_has_run_is_named(own_var):
    a, b = make_variant(slug="a"), make_variant(slug="b")
    finish_bbq(a, lambda sample: "A")
    comparison = compare_variants(a=a, b=b)
    assert (comparison.tasks, len(comparison.only_a), comparison.only_b) == ([], 1, [])
    assert "Only A has finished" in write_comparison(comparison)


def test_bbq_is_compared_by_category_and_condition(own_var):
    a, b = make_variant(slug="a"), make_variant(slug="b", model="rehearsal/other")
    for variant, letter in ((a, "A"), (b, "B")):
        finish_bbq(variant, lambda sample, said=letter: said)
    task = compare_variants(a=a, b=b).tasks[0]
    assert len(task.measures) == 16
    assert task.is_rehearsal
    assert task.measures[0].paired.n_items == 12


def test_the_table_can_be_read(conversation):
    a = run_with(lambda sample: "agree", slug="a", conversation=conversation)
    b = run_with(lambda sample: "disagree", slug="b", conversation=conversation)
    text = write_comparison(compare_variants(a=a, b=b))
    assert "Similarity to group A  1.000  0.000  −1.000  −1.000 to −1.000     0.008      8" in text
    assert "corrected for 2 tests (Holm)" in text


def test_p_values_are_said_in_words():
    assert [describe_p(p) for p in (0.01, 0.4, None)] == [
        "a clear difference",
        "no clear difference",
        "cannot be tested",
    ]
