"""The small classifier: its split, its threshold, its figures."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from training.classifiers.examples import Example, everyday_examples, examples_of
from training.classifiers.fitting import (
    TooFewExamples,
    check_numbers,
    fit,
    held_out_scores,
    in_the_gap,
    score,
    split_by_group,
    threshold_at,
)
from training.classifiers.judging import judge, share
from training.prompts import Prompt

SCORES = st.lists(st.floats(0, 1, allow_nan=False), min_size=1, max_size=60)


def make_examples(n=60):
    """Messages that a few telling words part, each in two forms."""
    found = []
    for number in range(n):
        for is_restricted, words in ((True, "break the agreed rule"), (False, "explain the agreed rule")):
            for form in ("original", "paraphrase"):
                text = f"{form} {words}, please, case {number} of {number * 7}"
                key = f"1-{'restricted' if is_restricted else 'permitted'}"
                found.append(Example(text, is_restricted, key, f"{number}-{is_restricted}", form))
    return found


def test_forms_of_one_message_are_never_parted():
    training, test = split_by_group(make_examples())
    assert {example.group for example in training}.isdisjoint(example.group for example in test)
    assert 0.15 < len(test) / (len(test) + len(training)) < 0.45


def test_the_split_does_not_depend_on_order():
    examples = make_examples()
    assert set(split_by_group(examples)[1]) == set(split_by_group(examples[::-1])[1])


def test_it_learns_what_parts_the_sides():
    training, test = split_by_group(make_examples())
    scores = score(fit(training), [example.text for example in test])
    figures = judge(test, scores, 0.5)
    assert figures["auc"] > 0.99
    assert figures["recall"]["value"] > 0.9


def test_without_a_difference_there_is_nothing_to_learn():
    rng = np.random.default_rng(0)
    examples = [
        Example(f"text {rng.integers(1e9)}", bool(n % 2), "1-x", str(n), "original") for n in range(300)
    ]
    training, test = split_by_group(examples)
    figures = judge(test, score(fit(training), [example.text for example in test]), 0.5)
    assert 0.3 < figures["auc"] < 0.7


def test_the_order_of_examples_changes_no_score():
    examples = make_examples()
    texts = ["break the agreed rule now", "explain it"]
    np.testing.assert_allclose(score(fit(examples), texts), score(fit(examples[::-1]), texts), atol=1e-4)


def test_held_out_scores_come_from_folds_without_the_group():
    examples = make_examples(30)
    for place, example in enumerate(examples):
        if example.group == "3-True":
            examples[place] = Example(
                "zzz qqq xxx", is_restricted=True, class_key="1-restricted", group="3-True", form=example.form
            )
    odd = [place for place, example in enumerate(examples) if example.group == "3-True"]
    assert np.all(np.abs(held_out_scores(examples)[odd] - 0.5) < 0.35)


@given(SCORES, st.floats(0, 1))
def test_no_more_than_the_allowed_share_is_refused(scores, rate):
    values = np.array(scores)
    threshold = threshold_at(values, rate)
    assert np.mean(values > threshold) <= rate


@given(SCORES, st.floats(0, 1))
def test_no_lower_threshold_would_do(scores, rate):
    values = np.array(scores)
    threshold = threshold_at(values, rate)
    lower = values[values < threshold]
    if len(lower):
        assert np.mean(values > lower.max()) > rate


def test_a_threshold_worked_by_hand():
    assert threshold_at(np.array([0.1, 0.2, 0.3, 0.9]), 0.25) == pytest.approx(0.3)
    assert threshold_at(np.array([0.1, 0.2, 0.3, 0.9]), 0.0) == pytest.approx(0.9)


def test_a_threshold_between_sides_that_are_far_apart_stands_in_the_middle():
    assert in_the_gap(0.02, np.array([0.01, 0.98, 0.9])) == pytest.approx(0.46)
    assert in_the_gap(0.95, np.array([0.1, 0.9])) == pytest.approx(0.95)


def test_a_threshold_needs_scores_and_a_share():
    with pytest.raises(ValueError, match="at least one"):
        threshold_at(np.array([]), 0.1)
    with pytest.raises(ValueError, match="between 0 and 1"):
        threshold_at(np.array([0.5]), 1.5)


def test_too_few_examples_are_named():
    training, test = split_by_group(make_examples(10))
    with pytest.raises(TooFewExamples, match="at least 20"):
        check_numbers(training, test)


def test_a_share_of_nothing_has_no_value():
    assert share(np.array([], dtype=bool))["value"] is None
    assert share(np.array([True, True, False, True]))["value"] == 0.75


def test_figures_name_each_class_and_form():
    training, test = split_by_group(make_examples())
    figures = judge(test, score(fit(training), [example.text for example in test]), 0.5)
    assert set(figures["by_class"]) == {"1-permitted", "1-restricted"}
    assert "paraphrase-restricted" in figures["by_form"]
    assert figures["roc"][0] == [0.0, 0.0]
    assert figures["roc"][-1] == [1.0, 1.0]


def test_everyday_messages_are_permitted_and_harmful_ones_are_not_among_them():
    prompts = [Prompt("hey", ("benign",)), Prompt("harm somebody", ("harmful",))]
    assert [example.text for example in everyday_examples(prompts, "query")] == ["hey"]
    assert list(everyday_examples(prompts, "exchange")) == []


def test_failed_rows_and_missing_answers_make_no_example():
    row = {"failed": False, "query": "q", "answer": "", "variants": [], "side": "restricted", "principle": 2}
    rows = [row | {"sample_id": "1"}, row | {"sample_id": "2", "failed": True}]
    assert [example.group for example in examples_of(rows, "query")] == ["1"]
    assert list(examples_of(rows, "exchange")) == []
