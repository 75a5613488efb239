"""Calibration: cases worked by hand, scikit-learn's values, and what recalibration may never do."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.calibration import calibration_curve
from sklearn.isotonic import IsotonicRegression
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import brier_score_loss

from training.calibration import (
    accuracy,
    brier_parts,
    brier_score,
    expected_calibration_error,
    fit_isotonic,
    fit_temperature,
    logit,
    recalibrate,
    reliability_bins,
    sigmoid,
    wilson_interval,
)

labeled = st.lists(st.tuples(st.floats(0.5, 1), st.integers(0, 1)), min_size=1, max_size=40).map(
    lambda rows: tuple(map(list, zip(*rows, strict=True)))
)
LABELS, OUTCOMES = [0.6, 0.6, 0.9, 0.9], [1, 0, 1, 1]


def made_by_slope(slope: float, n: int = 4000) -> tuple[np.ndarray, np.ndarray]:
    """Labels whose outcomes come as often as sigmoid(slope · logit(label)) says."""
    random = np.random.default_rng(3)
    labels = random.uniform(0.5, 0.99, n)
    return labels, (random.random(n) < sigmoid(slope * logit(labels))).astype(int)


def test_the_brier_score_worked_by_hand():
    assert brier_score(LABELS, OUTCOMES) == pytest.approx((0.16 + 0.36 + 0.01 + 0.01) / 4)


@given(labeled)
def test_the_brier_score_is_that_of_scikit_learn(rows):
    labels, outcomes = rows
    assert brier_score(labels, outcomes) == pytest.approx(brier_score_loss(outcomes, labels, pos_label=1))


def test_bins_and_calibration_error_worked_by_hand():
    first, *_, last = reliability_bins(LABELS, OUTCOMES)
    assert (first.low, first.n, first.label, first.share) == (0.5, 2, pytest.approx(0.6), 0.5)
    assert (last.n, last.label) == (0, None)
    # |0.6 − 0.5| for half of the pairs, |0.9 − 1| for the other half.
    assert expected_calibration_error(reliability_bins(LABELS, OUTCOMES)) == pytest.approx(0.1)


@given(labeled)
def test_bins_agree_with_scikit_learn(rows):
    labels, outcomes = np.round(rows[0], 3) * 0.999, rows[1]
    bins = [bin for bin in reliability_bins(labels, outcomes, n_bins=4, low=0.0) if bin.n]
    shares, means = calibration_curve(outcomes, labels, n_bins=4)
    if not np.isin(labels, (0.25, 0.5, 0.75)).any():  # on a bound the two choose different bins
        assert [bin.share for bin in bins] == pytest.approx(list(shares))
        assert [bin.label for bin in bins] == pytest.approx(list(means))


@given(labeled)
def test_the_parts_add_up_to_the_brier_score(rows):
    parts = brier_parts(*rows)
    total = parts.reliability - parts.resolution + parts.uncertainty + parts.within
    assert total == pytest.approx(brier_score(*rows))


def test_accuracy_counts_half_where_the_label_prefers_none():
    assert accuracy([0.9, 0.9, 0.5], [1, 0, 1]) == pytest.approx(0.5)


def test_a_share_has_wilsons_bounds():
    # 8 of 10: (0.8 + 0.1921) / 1.3841 ± 1.96·sqrt(0.016 + 0.0096) / 1.3841.
    assert wilson_interval(8, 10) == pytest.approx((0.4902, 0.9433), abs=1e-4)
    assert wilson_interval(10, 10)[1] == pytest.approx(1)
    with pytest.raises(ValueError, match="not 3 of 2"):
        wilson_interval(3, 2)


@pytest.mark.parametrize("slope", [0.5, 1.0, 2.0])
def test_the_slope_that_made_the_outcomes_is_found_again(slope):
    assert fit_temperature(*made_by_slope(slope)) == pytest.approx(slope, rel=0.1)


def test_the_slope_is_that_of_scikit_learns_logistic_regression():
    labels, outcomes = made_by_slope(0.7, n=300)
    model = LogisticRegression(C=np.inf, fit_intercept=False).fit(logit(labels)[:, None], outcomes)
    assert fit_temperature(labels, outcomes) == pytest.approx(model.coef_[0, 0], rel=1e-3)


def test_labels_that_say_nothing_have_slope_zero():
    assert fit_temperature([0.9, 0.9], [0, 0]) == 0
    assert recalibrate([0.9], {"method": "temperature", "slope": 0.0}) == pytest.approx([0.5])


def test_steps_worked_by_hand():
    # Of labels 0.6 all were right, of labels 0.8 half: rising means pooling them at 3/4, and 1/4 mirrored.
    x, y = fit_isotonic([0.6, 0.6, 0.8, 0.8], [1, 1, 1, 0])
    assert x == pytest.approx([0.2, 0.4, 0.6, 0.8])
    assert y == pytest.approx([0.25, 0.25, 0.75, 0.75])


@given(labeled)
def test_steps_are_those_of_scikit_learn(rows):
    p, y = np.round(rows[0], 3), np.array(rows[1])
    x, fitted = fit_isotonic(p, y)
    both = np.concatenate([p, 1 - p]).round(12), np.concatenate([y, 1 - y])
    assert fitted == pytest.approx(IsotonicRegression().fit(*both).predict(np.array(x)), abs=1e-9)


@given(labeled, st.sampled_from(["temperature", "isotonic"]))
def test_recalibration_is_rising_symmetric_and_keeps_one_half(rows, method):
    if method == "temperature":
        calibration = {"method": method, "slope": fit_temperature(*rows)}
    else:
        x, y = fit_isotonic(*rows)
        calibration = {"method": method, "x": x, "y": y}
    p = np.linspace(0, 1, 21)
    found = recalibrate(p, calibration)
    assert (np.diff(found) >= -1e-12).all()
    assert found + found[::-1] == pytest.approx(np.ones(21))
    assert found[10] == pytest.approx(0.5)


@pytest.mark.parametrize(
    ("labels", "outcomes", "said"),
    [
        ([], [], "at least one label"),
        ([0.5], [1, 0], "of one length"),
        ([1.2], [1], "between 0 and 1"),
        ([float("nan")], [1], "between 0 and 1"),
        ([0.7], [0.5], "outcomes must be 0 or 1"),
    ],
)
def test_what_is_no_label_is_refused(labels, outcomes, said):
    with pytest.raises(ValueError, match=said):
        brier_score(labels, outcomes)


def test_an_unknown_method_is_refused():
    with pytest.raises(ValueError, match="not by 'magic'"):
        recalibrate([0.5], {"method": "magic"})
