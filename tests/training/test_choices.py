"""Reading a judge's answer: the letter, its probability, and everything that is no choice."""

from math import log

import pytest

from training.choices import Choice, Token, join_choices, read_choice


def tokens(*parts: tuple[str, dict[str, float]]) -> list[Token]:
    """Tokens with the probabilities of the likeliest ones at each place."""
    return [Token(text, tuple((name, log(p)) for name, p in likely.items())) for text, likely in parts]


def read(text: str, *, stop: str = "stop", told=(), after_reasoning: bool = False) -> Choice:
    return read_choice(text, stop, told, after_reasoning=after_reasoning)


@pytest.mark.parametrize(
    "text",
    ["A", " A\n", "(A)", "**A**", "A.", "A) because it is kind", "Answer: A", "Option A", "The answer is A."],
)
def test_a_letter_is_read_in_its_usual_dress(text):
    assert read(text) == Choice(1.0, "ok")


@pytest.mark.parametrize(
    "text", ["A careful reading shows that B", "Both are good.", "C", "Apples", "a", "BOTH"]
)
def test_a_word_is_not_taken_for_a_letter(text):
    assert read(text) == Choice(None, "unread")


@pytest.mark.parametrize(
    ("text", "stop", "status"),
    [
        ("", "stop", "empty"),
        ("", "content_filter", "blocked"),
        ("I'm sorry, but I can't help with that.", "stop", "refused"),
        ("Well, to begin with", "max_tokens", "cut"),
    ],
)
def test_what_is_no_choice_says_why(text, stop, status):
    assert read(text, stop=stop) == Choice(None, status)


def test_the_label_is_the_share_of_both_letters():
    told = tokens(("A", {"A": 0.6, "B": 0.2, " A": 0.1, "I": 0.1}))
    assert read("A", told=told).p_a == pytest.approx(0.7 / 0.9)


def test_a_letter_sampled_against_the_odds_does_not_hide_them():
    told = tokens(("B", {"A": 0.9, "B": 0.1}))
    assert read("B", told=told).p_a == pytest.approx(0.9)


def test_the_letter_is_found_behind_other_tokens():
    told = tokens(("**", {"**": 1.0}), ("B", {"B": 0.75, "A": 0.25}), ("**", {"**": 1.0}))
    assert read("**B**", told=told).p_a == pytest.approx(0.25)


def test_letters_that_hold_little_of_the_probability_are_no_preference():
    told = tokens(("I", {"I": 0.97, "A": 0.02, "B": 0.01}), ("'m sorry, but I can't help.", {}))
    choice = read("I'm sorry, but I can't help.", told=told)
    assert (choice.p_a, choice.status) == (None, "refused")


def test_a_letter_that_was_unlikely_to_be_written_at_all_is_no_preference():
    told = tokens(("A", {"I": 0.8, "A": 0.1}))
    assert read("A", told=told) == Choice(None, "unread", has_probabilities=True)


def test_log_probabilities_without_their_rivals_are_none():
    assert read("A", told=tokens(("A", {}))) == Choice(1.0, "ok", has_probabilities=False)


def test_after_reasoning_the_last_answer_counts():
    text = "Option A is kind. At first I thought ANSWER: A.\nBut B is honest as well.\nANSWER: B"
    assert read(text, after_reasoning=True).p_a == 0
    told = tokens((text[:-1], {}), ("B", {"B": 0.8, "A": 0.2}))
    assert read(text, told=told, after_reasoning=True).p_a == pytest.approx(0.2)


def test_reasoning_without_an_end_is_cut():
    assert read("Option A is", stop="max_tokens", after_reasoning=True).status == "cut"


def test_repeated_answers_give_the_share_of_those_that_could_be_read():
    a, b, refused = Choice(1.0, "ok"), Choice(0.0, "ok"), Choice(None, "refused")
    assert join_choices([a, a, b, a]).p_a == 0.75
    assert join_choices([a, b, refused, refused]) == Choice(0.5, "ok")
    assert join_choices([a, refused, refused]) == refused
