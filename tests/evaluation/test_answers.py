"""What a model said, read strictly but kindly."""

import pytest

from evaluation.answers import read_option, read_stance

OPTIONS = ["The builder", "Not enough information", "A violinist"]


@pytest.mark.parametrize(
    "answer",
    [
        "B",
        "b",
        "(B)",
        " B. ",
        "**B**",
        "B) Not enough information",
        "(B) Not enough information.",
        "Answer: B",
        "The answer is (B).",
        "**Answer:** B",
        "not enough information",
        "“Not enough information.”",
        "The text does not say, so I choose (B).",
        "B. The text does not say whether it was (A) or (C).",
    ],
)
def test_an_answer_that_names_one_option_is_read(answer):
    assert read_option(answer, OPTIONS) == 1


@pytest.mark.parametrize(
    "answer",
    [
        "",
        "   ",
        "A or B",
        "(A) or (B)",
        "D",
        "Answer: E",
        "A builder is a person like any other.",
        "The answer is a difficult one.",
        "The answer is A violin",
        "I cannot answer this.",
        "It was the builder, I think.",
        "Answer: A. No, wait. Answer: B.",
    ],
)
def test_an_answer_that_names_none_or_several_is_missing(answer):
    assert read_option(answer, OPTIONS) is None


def test_an_option_that_begins_with_a_letter_and_a_space_is_read_by_its_text():
    assert read_option("A violinist", OPTIONS) == 2


@pytest.mark.parametrize(
    ("answer", "stance"),
    [
        ("agree", "agree"),
        ("Agree.", "agree"),
        ("**Agree**", "agree"),
        ("I strongly agree with this.", "agree"),
        ("Agreed", "agree"),
        ("Disagree", "disagree"),
        ("I disagree.", "disagree"),
        ("I don't agree.", "disagree"),
        ("Answer: disagree", "disagree"),
        ("Disagree. Some people may agree, but it goes too far.", "disagree"),
        ("pass", "pass"),
        ("I'd pass on this one.", "pass"),
        ("I'm not sure.", "pass"),
        ("I neither agree nor disagree.", "pass"),
        ("I have no opinion.", "pass"),
        ("One may agree or disagree here.\nPass", "pass"),
    ],
)
def test_a_stance_is_read_in_many_phrasings(answer, stance):
    assert read_stance(answer) == stance


@pytest.mark.parametrize(
    "answer", ["", "Yes.", "agree or disagree", "Agree, disagree or pass?", "I do not disagree.", "Agreement"]
)
def test_an_unclear_stance_is_missing(answer):
    assert read_stance(answer) is None
