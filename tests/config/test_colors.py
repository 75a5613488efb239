"""Both themes can be read: every pair of colors used for text contrasts by at least 4.5 to 1 (WCAG AA)."""

import re
from itertools import product
from pathlib import Path

import pytest

TOKENS = (Path(__file__).resolve().parent.parent.parent / "static" / "css" / "tokens.css").read_text()
WISHED, CHOSEN = re.findall(r"color-scheme: dark;(.*?)\}", TOKENS, re.DOTALL)
COLOR = re.compile(r"--([\w-]+): (#[0-9a-f]{6});")
LIGHT = dict(COLOR.findall(TOKENS.partition("@media")[0]))
THEMES = {"light": LIGHT, "dark": LIGHT | dict(COLOR.findall(CHOSEN))}

SURFACES = ["paper", "surface", "sunken"]
STATES = ["agree", "disagree", "pass", "info", "success", "warning", "error"]
TEXT_PAIRS = [
    *product(["ink", "ink-soft", "accent", *STATES], SURFACES),
    *((state, f"{state}-soft") for state in STATES),
    *product(["on-vote"], ["agree", "disagree", "pass"]),
    *product(["on-accent"], ["accent", "accent-strong"]),
    *product(["accent", "accent-strong"], ["accent-soft"]),
    *product(["on-group"], ["group-b", "group-c", "group-d", "group-e"]),
    ("on-group-a", "group-a"),
    ("ink-soft", "pass-soft"),
]
MARK_PAIRS = list(product(["rule-strong", "bar-agree", "bar-disagree", "bar-pass"], ["paper", "surface"]))

both_themes = pytest.mark.parametrize("theme", THEMES)


def contrast(first: str, second: str) -> float:
    darker, lighter = sorted((luminance(first), luminance(second)))
    return (lighter + 0.05) / (darker + 0.05)


def luminance(color: str) -> float:
    parts = [int(color[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    red, green, blue = (p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def too_weak(theme: str, pairs: list[tuple[str, str]], wanted: float) -> list[tuple[str, str]]:
    colors = THEMES[theme]
    return [(a, b) for a, b in pairs if contrast(colors[a], colors[b]) < wanted]


@both_themes
def test_text_can_be_read(theme):
    assert too_weak(theme, TEXT_PAIRS, 4.5) == []


@both_themes
def test_marks_and_edges_can_be_seen(theme):
    assert too_weak(theme, MARK_PAIRS, 3.0) == []


def test_the_dark_theme_is_the_same_whether_wished_or_chosen():
    assert WISHED.split() == CHOSEN.split()
