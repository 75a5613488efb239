"""Soft labels: averaged over orders, principles and judges; what is missing stays missing."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from training.soft_labels import Judgement, LabelStatus, average_judgements, clamp, identical_label

shares = st.floats(0, 1)


def both_orders(straight: float | None, swapped: float | None, *, judge: str = "a", principle: int = 1):
    return [
        Judgement(judge, principle, is_swapped=False, p_first=straight),
        Judgement(judge, principle, is_swapped=True, p_first=swapped),
    ]


def test_a_label_is_the_mean_over_both_orders():
    label = average_judgements(both_orders(0.9, 0.5))
    assert label.p_first == pytest.approx(0.7)
    assert label.by_order == (0.9, 0.5)
    assert label.position_effect == pytest.approx(0.4)
    assert label.status == LabelStatus.OK


def test_judges_weigh_the_same_whatever_the_number_of_their_principles():
    told = both_orders(1, 1, principle=1) + both_orders(0.6, 0.6, principle=2)
    label = average_judgements([*told, *both_orders(0.4, 0.4, judge="b")])
    assert label.p_first == pytest.approx((0.8 + 0.4) / 2)
    assert label.by_judge == pytest.approx({"a": 0.8, "b": 0.4})
    assert label.by_principle == pytest.approx({1: 0.7, 2: 0.6})


def test_a_judge_that_only_likes_the_first_place_says_nothing():
    label = average_judgements(both_orders(1, 0))
    assert label.status == LabelStatus.TIE
    assert label.weight == 0
    assert label.position_effect == 1


def test_one_order_alone_is_no_label():
    label = average_judgements(both_orders(0.9, None))
    assert label.status == LabelStatus.UNREAD
    assert label.p_first is None
    assert label.weight == 0


def test_a_refusal_is_kept_as_one():
    refused = [Judgement("a", 1, is_swapped, None, "refused") for is_swapped in (False, True)]
    assert average_judgements(refused).status == LabelStatus.REFUSED


def test_what_one_judge_could_not_say_another_does():
    label = average_judgements(both_orders(None, 0.2) + both_orders(0.8, 0.8, judge="b"))
    assert label.p_first == pytest.approx(0.8)
    assert set(label.by_judge) == {"b"}


def test_identical_answers_are_a_tie_without_a_judge():
    label = identical_label()
    assert (label.p_first, label.weight, label.status) == (0.5, 0, "identical")


@pytest.mark.parametrize(("p", "status"), [(0.5, "tie"), (0.52, "tie"), (0.521, "ok"), (0.48, "tie")])
def test_the_margin_decides_what_a_tie_is(p, status):
    assert average_judgements(both_orders(p, p), tie_margin=0.02).status == status


def test_a_margin_that_leaves_nothing_is_refused():
    with pytest.raises(ValueError, match=r"tie_margin .* not 0.5"):
        average_judgements([], tie_margin=0.5)


@pytest.mark.parametrize(("p", "kept"), [(0.0, 0.4), (0.55, 0.55), (1.0, 0.6)])
def test_labels_after_reasoning_are_clamped(p, kept):
    assert clamp(p) == kept


@given(st.lists(st.tuples(shares, shares), min_size=1, max_size=6))
def test_exchanging_the_answers_turns_the_label_and_keeps_the_position_effect(orders):
    told = [part for n, pair in enumerate(orders) for part in both_orders(*pair, principle=n)]
    exchanged = [part for n, (s, w) in enumerate(orders) for part in both_orders(1 - w, 1 - s, principle=n)]
    label, other = average_judgements(told), average_judgements(exchanged)
    assert label.p_first + other.p_first == pytest.approx(1)
    assert label.position_effect == pytest.approx(other.position_effect)
    assert 0 <= label.p_first <= 1


@given(
    st.permutations(both_orders(0.9, 0.7) + both_orders(0.2, 0.4, judge="b") + both_orders(1, 0, principle=2))
)
def test_the_order_of_judgements_does_not_matter(told):
    assert average_judgements(told).p_first == pytest.approx((0.65 + 0.3) / 2)
