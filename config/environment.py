"""Typed reading of environment variables that refuses unknown spellings."""

import os
from pathlib import Path

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
