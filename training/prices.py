"""What calls cost: token use times the price table of the settings, in millionths of a dollar."""

from collections.abc import Iterable
from dataclasses import dataclass
from fnmatch import fnmatchcase
from math import ceil
from typing import NamedTuple

from django.conf import settings

BYTES_OF_MESSAGE = 16


class PriceUnknown(ValueError):
    """A budget in money needs a price, and the table has none for this model."""


class Amount(NamedTuple):
    """Tokens, and what they cost in millionths of a dollar."""

    tokens: int = 0
    micros: int = 0

    def plus(self, other: "Amount") -> "Amount":
        return Amount(self.tokens + other.tokens, self.micros + other.micros)

    def minus(self, other: "Amount") -> "Amount":
        return Amount(self.tokens - other.tokens, self.micros - other.micros)

    def times(self, number: int) -> "Amount":
        return Amount(self.tokens * number, self.micros * number)

    def at_least(self, other: "Amount") -> "Amount":
        return Amount(max(self.tokens, other.tokens), max(self.micros, other.micros))

    def fits_in(self, other: "Amount") -> bool:
        return self.tokens <= other.tokens and self.micros <= other.micros


@dataclass(frozen=True)
class Price:
    """Dollars for a million tokens; `cache_write` is what a provider asks for keeping a prompt at hand."""

    input: float
    output: float
    cache_read: float
    cache_write: float


FREE = Price(0, 0, 0, 0)


def find_price(model: str) -> Price | None:
    """The model's price: prepared answers are free, and the first pattern that fits settles the others."""
    if model.startswith("rehearsal/"):
        return FREE
    table: dict[str, dict[str, float]] = settings.MODEL_PRICES
    for pattern, told in table.items():
        if fnmatchcase(model, pattern):
            given = told["input"]
            read, write = told.get("cache_read", given), told.get("cache_write", given)
            return Price(given, told["output"], read, write)
    return None


def price_of(model: str) -> Price:
    """The model's price, or an error that says how to enter it."""
    price = find_price(model)
    if price is None:
        raise PriceUnknown(
            f"The price of “{model}” is not known, so a budget in money cannot be kept: enter it in "
            f'MODEL_PRICES as {{"{model}": {{"input": …, "output": …}}}} in dollars for a million tokens, '
            "or give a budget in tokens."
        )
    return price


def cost_of(
    price: Price | None, *, read: int, written: int, cached: int = 0, kept: int = 0, is_batch: bool = False
) -> Amount:
    """What a call used; `cached` and `kept` are the tokens read from and written to the provider's cache."""
    tokens = read + written + cached + kept
    if price is None:
        return Amount(tokens)
    micros = (
        read * price.input + written * price.output + cached * price.cache_read + kept * price.cache_write
    )
    return Amount(tokens, ceil(micros * discount(is_batch)))


def worst_cost(
    price: Price | None, *, texts: Iterable[str], max_tokens: int, answers: int = 1, is_batch: bool = False
) -> Amount:
    """The most a call can cost: no tokenizer makes more tokens of a text than it has bytes."""
    n_bytes = sum(len(text.encode()) + BYTES_OF_MESSAGE for text in texts)
    written = max_tokens * answers
    if price is None:
        return Amount(n_bytes + written)
    micros = n_bytes * max(price.input, price.cache_write) + written * price.output
    return Amount(n_bytes + written, ceil(micros * discount(is_batch)))


def discount(is_batch: bool) -> float:
    return float(settings.BATCH_DISCOUNT) if is_batch else 1.0
