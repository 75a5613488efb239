"""Variables that hold tables and numbers: read when they are right, refused by name when they are not."""

import pytest
from django.core.exceptions import ImproperlyConfigured

from config.environment import env_float, env_limits, env_prices


@pytest.mark.parametrize(
    ("value", "told"),
    [
        ("{", "is not JSON"),
        ("[1]", "must be a JSON object, not list"),
        ('{"m": 3}', "the price of “m”"),
        ('{"m": {"input": 3}}', "the price of “m”"),
        ('{"m": {"input": 3, "output": -1}}', "the price of “m”"),
        ('{"m": {"input": 3, "output": true}}', "the price of “m”"),
        ('{"m": {"input": 3, "output": 1, "tax": 1}}', "the price of “m”"),
    ],
)
def test_a_price_table_that_cannot_be_read_is_refused(monkeypatch, value, told):
    monkeypatch.setenv("MODEL_PRICES", value)
    with pytest.raises(ImproperlyConfigured, match=told):
        env_prices("MODEL_PRICES")


def test_a_price_table_is_read(monkeypatch):
    monkeypatch.setenv("MODEL_PRICES", '{"anthropic/*": {"input": 3, "output": 15.5}}')
    assert env_prices("MODEL_PRICES") == {"anthropic/*": {"input": 3, "output": 15.5}}
    monkeypatch.delenv("MODEL_PRICES")
    assert env_prices("MODEL_PRICES") == {}


@pytest.mark.parametrize("value", ["0", '"5"', "1.5", "true"])
def test_a_limit_must_be_a_whole_number_of_one_or_more(monkeypatch, value):
    monkeypatch.setenv("PROVIDER_CONCURRENCY", f'{{"anthropic": {value}}}')
    with pytest.raises(ImproperlyConfigured, match="“anthropic” must be a whole number"):
        env_limits("PROVIDER_CONCURRENCY")


@pytest.mark.parametrize("value", ["-1", "much", "inf", "nan"])
def test_a_number_must_be_zero_or_more(monkeypatch, value):
    monkeypatch.setenv("BATCH_DISCOUNT", value)
    with pytest.raises(ImproperlyConfigured, match="is not a number of zero or more"):
        env_float("BATCH_DISCOUNT", 0.5)
