"""Typed reading of environment variables that refuses unknown spellings."""

import json
import os
from pathlib import Path
from typing import Any

from django.core.exceptions import ImproperlyConfigured

TRUE_WORDS = {"1", "true", "yes", "on"}
FALSE_WORDS = {"0", "false", "no", "off", ""}


def load_env_file(path: Path) -> None:
    """Take variables from a file of NAME=value lines; what the environment already has stays."""
    if not path.is_file():
        return
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), start=1):
        if not line.strip() or line.lstrip().startswith("#"):
            continue
        name, sign, value = line.strip().removeprefix("export ").partition("=")
        if not sign or not name.strip().isidentifier():
            raise ImproperlyConfigured(f"{path.name}, line {number}: write NAME=value.")
        os.environ.setdefault(name.strip(), value.strip().strip("\"'"))


def env_str(name: str, default: str | None = None) -> str:
    """Return the variable's text, or the default; without a default it must be set."""
    value = os.environ.get(name, default)
    if value is None:
        raise ImproperlyConfigured(
            f"The environment variable {name} must be set (see docs/configuration.md)."
        )
    return value


def env_bool(name: str, *, default: bool) -> bool:
    """Return a yes/no variable; anything but a known spelling is refused."""
    value = os.environ.get(name)
    if value is None:
        return default
    word = value.strip().lower()
    if word in TRUE_WORDS:
        return True
    if word in FALSE_WORDS:
        return False
    raise ImproperlyConfigured(f"{name}={value!r} is neither yes nor no: use true or false.")


def env_int(name: str, default: int) -> int:
    """Return a whole number of zero or more."""
    value = os.environ.get(name, "").strip()
    if not value:
        return default
    if not value.isdecimal():
        raise ImproperlyConfigured(f"{name}={value!r} is not a whole number of zero or more.")
    return int(value)


def env_list(name: str, default: list[str]) -> list[str]:
    """Return a comma-separated variable as a list without empty parts."""
    value = os.environ.get(name)
    if value is None:
        return default
    return [part.strip() for part in value.split(",") if part.strip()]


def env_float(name: str, default: float) -> float:
    """Return a number of zero or more."""
    value = os.environ.get(name, "").strip()
    if not value:
        return default
    try:
        number = float(value)
    except ValueError:
        number = -1.0
    if not 0 <= number < float("inf"):
        raise ImproperlyConfigured(f"{name}={value!r} is not a number of zero or more.")
    return number


def env_table(name: str) -> dict[str, Any]:
    """Return a JSON object; empty when nothing is set."""
    value = os.environ.get(name, "").strip()
    if not value:
        return {}
    try:
        table = json.loads(value)
    except json.JSONDecodeError as error:
        raise ImproperlyConfigured(f"{name} is not JSON ({error.msg} at column {error.colno}).") from error
    if not isinstance(table, dict):
        raise ImproperlyConfigured(f"{name} must be a JSON object, not {type(table).__name__}.")
    return table


def env_prices(name: str) -> dict[str, dict[str, float]]:
    """Return a table of prices by model; each needs the dollars for a million tokens in and out."""
    known = {"input", "output", "cache_read", "cache_write"}
    for model, price in (table := env_table(name)).items():
        is_price = isinstance(price, dict) and {"input", "output"} <= set(price) <= known
        if not is_price or not all(is_amount(amount) for amount in price.values()):
            raise ImproperlyConfigured(
                f"{name}: the price of “{model}” must be an object with the numbers “input” and “output” "
                "(and “cache_read” and “cache_write”, if they differ), in dollars for a million tokens."
            )
    return table


def env_limits(name: str) -> dict[str, int]:
    """Return a table of whole numbers of one or more."""
    for key, limit in (table := env_table(name)).items():
        if not isinstance(limit, int) or isinstance(limit, bool) or limit < 1:
            raise ImproperlyConfigured(f"{name}: “{key}” must be a whole number of one or more.")
    return table


def is_amount(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and 0 <= value < float("inf")
