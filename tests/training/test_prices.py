"""What calls cost, and how much they can cost at most."""

import pytest

from training.budget import Budget, check_budget
from training.prices import Amount, PriceUnknown, cost_of, find_price, price_of, worst_cost


@pytest.fixture(autouse=True)
def _prices(settings):
    settings.MODEL_PRICES = {
        "anthropic/claude-small*": {"input": 1, "output": 5, "cache_read": 0.1, "cache_write": 1.25},
        "anthropic/*": {"input": 3, "output": 15},
    }


def test_the_first_pattern_that_fits_settles_the_price():
    assert price_of("anthropic/claude-small-2026").output == 5
    assert price_of("anthropic/claude-large").output == 15


def test_an_unknown_price_says_how_to_enter_it():
    assert find_price("openai/gpt-test") is None
    with pytest.raises(PriceUnknown, match="enter it in MODEL_PRICES as"):
        check_budget(Budget(dollars=5), "openai/gpt-test")


def test_rehearsal_is_free():
    assert cost_of(find_price("rehearsal/demonstration"), read=100, written=100) == Amount(200, 0)


def test_a_call_costs_its_tokens_times_their_prices():
    price = price_of("anthropic/claude-small")
    assert cost_of(price, read=1_000, written=200) == Amount(1_200, 2_000)
    assert cost_of(price, read=1_000, written=200, cached=1_000, kept=100) == Amount(2_300, 2_225)


def test_a_batch_costs_half():
    price = price_of("anthropic/claude-large")
    assert cost_of(price, read=1_000, written=100, is_batch=True) == Amount(1_100, 2_250)


@pytest.mark.parametrize("text", ["plain words", "各国人民", "𓀀𓂀🂡", ""])
def test_the_worst_case_counts_every_byte_as_a_token(text):
    worst = worst_cost(price_of("anthropic/claude-large"), texts=[text], max_tokens=50)
    assert worst.tokens >= len(text.encode()) + 50
    assert worst.micros >= len(text.encode()) * 3 + 50 * 15


@pytest.mark.parametrize("budget", [Budget(tokens=0), Budget(dollars=0), Budget(dollars=-1)])
def test_a_budget_of_nothing_is_refused(budget):
    with pytest.raises(ValueError, match="must be"):
        check_budget(budget, "anthropic/claude-large")
