"""Own statements: a variant's answers beside the votes of the conversation's groups."""

import numpy as np
import pytest

from evaluation.tasks import own_statements
from evaluation.tasks.base import Sample, TaskDataError
from tests.factories import make_conversation, make_grouped_analysis, make_statement


def sample(groups, number=0):
    return Sample(f"statement-{number}", "", ["agree", "disagree", "pass"], {"groups": groups})


def measured(judgements):
    return {measure.category: measure.to_dict() for measure in own_statements.measure(judgements)}


def test_one_answer_is_all_weight_on_one_option():
    judged = own_statements.judge(sample({"A": [10, 0, 0], "B": [0, 10, 0]}), ["agree"])
    assert judged.details["similarity"] == pytest.approx({"A": 1.0, "B": 0.0})
    assert (judged.answer, judged.value) == ("agree", 1.0)


def test_similarity_is_one_minus_the_distance_by_hand():
    judged = own_statements.judge(sample({"A": [5, 5, 0]}), ["Agree."])
    assert judged.details["similarity"]["A"] == pytest.approx(1 - np.sqrt(0.31127812445913283))


def test_several_epochs_become_shares():
    answers = ["agree", "agree", "pass", "no idea what to say"]
    judged = own_statements.judge(sample({"A": [20, 0, 10]}), answers)
    assert judged.details["counts"] == [2, 0, 1]
    assert judged.details["similarity"]["A"] == pytest.approx(1.0, abs=1e-7)
    assert judged.value == pytest.approx(2 / 3)


def test_an_unreadable_answer_has_neither_value_nor_similarity():
    judged = own_statements.judge(sample({"A": [1, 1, 1]}), ["As a model I will not say."])
    assert (judged.value, judged.details.get("similarity")) == (None, None)
    assert measured([judged])["A"]["value"] is None


def test_the_measure_is_the_mean_over_statements_with_interval_and_count():
    judgements = [
        own_statements.judge(sample({"A": votes}, number), ["agree"])
        for number, votes in enumerate([[9, 0, 0], [0, 9, 0], [9, 0, 0], [9, 0, 0]])
    ]
    found = measured(judgements)["A"]
    assert (found["value"], found["n"]) == (0.75, 4)
    assert 0 <= found["low"] < 0.75 < found["high"] <= 1


def test_a_statement_a_group_never_saw_is_left_out_for_that_group_and_counted():
    judgements = [
        own_statements.judge(sample({"A": [9, 0, 0], "B": [0, 0, 0]}, 1), ["agree"]),
        own_statements.judge(sample({"A": [0, 9, 0], "B": [9, 0, 0]}, 2), ["agree"]),
    ]
    found = measured(judgements)
    assert [(found[letter]["n"], found[letter]["n_left_out"]) for letter in "AB"] == [(2, 0), (1, 1)]
    assert found["B"]["value"] == 1.0


@pytest.mark.django_db
def test_accepted_statements_are_asked_with_the_groups_votes():
    analysis = make_grouped_analysis({"A": [[3, 1, 0], [0, 0, 0]], "B": [[0, 2, 2], [1, 1, 1]]})
    make_statement(analysis.conversation, "Rejected.", status="rejected")
    make_statement(analysis.conversation, "I live in Tartu.", is_metadata=True)
    samples = own_statements.load(analysis=analysis).samples
    assert [sample.id for sample in samples] == ["statement-0", "statement-1"]
    assert samples[0].metadata["groups"] == {"A": [3, 1, 0], "B": [0, 2, 2]}
    assert '"The AI should keep promise 0."' in samples[0].prompt


@pytest.mark.django_db
def test_the_order_of_the_three_answers_varies_and_is_fixed_by_the_seed():
    analysis = make_grouped_analysis({"A": [[1, 1, 1]] * 12})
    first, again = (own_statements.load(analysis=analysis, seed=4) for _ in range(2))
    assert first == again
    assert len({tuple(sample.options) for sample in first.samples}) > 3
    assert "{} or {}?".format(*first.samples[0].options[1:]) in first.samples[0].prompt


@pytest.mark.django_db
def test_a_statement_with_a_dollar_sign_is_asked_as_it_stands():
    analysis = make_grouped_analysis({"A": [[1, 1, 1]]})
    analysis.conversation.statements.update(text="An AI should never cost over $first per month.")
    assert "over $first per month" in own_statements.load(analysis=analysis).samples[0].prompt


@pytest.mark.django_db
def test_other_votes_are_other_data():
    one, other = (make_grouped_analysis({"A": [[agree, 1, 1]]}) for agree in (1, 2))
    assert own_statements.load(analysis=one).sha256 != own_statements.load(analysis=other).sha256


@pytest.mark.django_db
def test_a_conversation_without_accepted_statements_is_refused():
    analysis = make_grouped_analysis({"A": [[1, 1, 1]]}, conversation=make_conversation())
    analysis.conversation.statements.update(status="pending")
    with pytest.raises(TaskDataError, match="needs accepted statements"):
        own_statements.load(analysis=analysis)
