"""Dots and whiskers: where they stand, and what they say to those who cannot see them."""

import pytest

from evaluation.charts import Dot, draw_row, percent
from evaluation.figures import resemblance


def test_values_stand_between_the_edges():
    assert [percent(value, (-1, 1)) for value in (-1, 0, 1)] == pytest.approx([2, 50, 98])


def test_a_row_says_its_numbers_in_words():
    drawn = draw_row("Group A", [Dot("a", "Plain", 0.5, 0.4, 0.6)], (0, 1))
    assert 'aria-label="Group A. Plain: 0.500 (0.400 to 0.600)"' in drawn
    assert 'cx="50.00%"' in drawn


def test_names_are_escaped():
    assert "<b>" not in draw_row("Group A", [Dot("a", "<b>", 0.5, None, None)], (0, 1))


def test_a_measure_without_value_draws_no_dot_and_says_so():
    drawn = draw_row("Bias", [Dot("a", "Plain", None, None, None)], (-1, 1))
    assert "<circle" not in drawn
    assert "Plain: — (—)" in drawn


def similar(letter, value, low, high):
    return {"category": letter, "value": value, "low": low, "high": high}


def test_the_nearest_group_is_named_and_doubt_too():
    apart = [similar("A", 0.9, 0.85, 0.95), similar("B", 0.5, 0.4, 0.6)]
    close = [similar("A", 0.6, 0.5, 0.7), similar("B", 0.62, 0.5, 0.7)]
    assert resemblance(apart) == "resembles group A most"
    assert resemblance(close) == "resembles group B most, but not clearly"


def test_a_variant_that_never_answered_resembles_nobody():
    assert "no answer" in resemblance([similar("A", None, None, None)])
