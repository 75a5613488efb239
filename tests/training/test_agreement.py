"""Agreement beyond chance: worked by hand, against scikit-learn, and intervals that take prompts whole."""

from math import sqrt

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.metrics import cohen_kappa_score

from training.agreement import agreement_of, bootstrap_by_prompt, kappa_of, mean_effect

ratings = st.lists(st.tuples(st.sampled_from("pqrs"), st.booleans(), st.booleans()), min_size=1, max_size=40)


def spread(n_no: int, n_second: int, n_first: int, n_both: int) -> list[tuple[str, bool, bool]]:
    """Ratings with these counts, each under a prompt of its own."""
    kinds = (
        [(False, False)] * n_no
        + [(False, True)] * n_second
        + [(True, False)] * n_first
        + [(True, True)] * n_both
    )
    return [(f"prompt {n}", first, second) for n, (first, second) in enumerate(kinds)]


def test_kappa_worked_by_hand():
    # 50 grant proposals, 20 accepted by both, 15 refused by both: p_o = 0.7, p_e = 0.5·0.6 + 0.5·0.4 = 0.5.
    assert kappa_of([15, 5, 10, 20]) == pytest.approx((0.7 - 0.5) / (1 - 0.5))


@given(ratings)
def test_kappa_is_that_of_scikit_learn(told):
    _, first, second = zip(*told, strict=True)
    if len({*first, *second}) == 2:
        expected = cohen_kappa_score(first, second)
        assert agreement_of(told).kappa == pytest.approx(expected, nan_ok=True)


@given(ratings, st.randoms(use_true_random=False))
def test_neither_the_order_nor_the_side_matters(told, random):
    mixed = [(prompt, second, first) for prompt, first, second in random.sample(told, len(told))]
    assert agreement_of(told).kappa == pytest.approx(agreement_of(mixed).kappa, nan_ok=True)


def test_who_only_ever_says_one_thing_has_no_kappa():
    found = agreement_of(spread(0, 0, 0, 9))
    assert (found.share, found.kappa, found.low) == (1.0, None, None)


def test_nothing_in_common_is_no_agreement_and_no_error():
    found = agreement_of([])
    assert (found.n, found.n_prompts, found.share, found.kappa) == (0, 0, None, None)


def test_the_interval_is_about_as_wide_as_theory_says():
    found = agreement_of(spread(150, 50, 100, 200))
    # Large-sample standard error of kappa: sqrt(p_o (1 − p_o)) / ((1 − p_e) sqrt(n)) (Cohen 1960).
    half = 1.96 * sqrt(0.7 * 0.3 / 500) / 0.5
    assert found.high - found.low == pytest.approx(2 * half, rel=0.1)
    assert found.low < found.kappa < found.high


def test_pairs_of_one_prompt_count_as_one_draw():
    alone = spread(15, 5, 10, 20)
    copied = [(prompt, first, second) for prompt, first, second in alone for _ in range(10)]
    assert agreement_of(copied).n == 500
    assert (agreement_of(copied).low, agreement_of(copied).high) == pytest.approx(
        (agreement_of(alone).low, agreement_of(alone).high)
    )


def test_fewer_than_ten_prompts_have_no_interval():
    tallies = np.array([[1.0, 0, 0, 1.0]] * 9)
    assert bootstrap_by_prompt(tallies, kappa_of) == (None, None)
    assert mean_effect([0.5] * 9, list("abcdefghi")).low is None


def test_a_mean_over_prompts_of_their_own_has_the_usual_interval():
    values = [0.1, 0.3, -0.2, 0.4, 0.0] * 2
    found = mean_effect(values, [str(n) for n in range(10)])
    error = np.std(values, ddof=1) / sqrt(10)
    assert found.mean == pytest.approx(0.12)
    assert (found.low, found.high) == pytest.approx((0.12 - 1.959964 * error, 0.12 + 1.959964 * error))


def test_no_values_have_no_mean():
    assert mean_effect([], []).mean is None
    assert mean_effect([0.5], ["p"]).low is None


def test_values_without_prompts_are_refused():
    with pytest.raises(ValueError, match="2 values need as many prompts, not 1"):
        mean_effect([0.1, 0.2], ["p"])
