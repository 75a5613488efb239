"""Marks between two versions of a text."""

import re

from training.critique.diffs import MOST_TOKENS, is_worth_marking, mark_changes


def test_new_and_gone_words_are_marked():
    assert mark_changes("Play it loud, now.", "Play it softly, now.") == (
        "Play it <del>loud</del><ins>softly</ins>, now."
    )


def test_what_a_model_wrote_is_never_taken_for_markup():
    assert "<script>" not in mark_changes("", "<script>alert(1)</script>")
    assert "&lt;" in mark_changes("<b>", "<i>")


def test_both_versions_can_be_read_back():
    before, after = "One two\nthree, four.", "One 2\nthree four five."
    marked = mark_changes(before, after)
    without = re.sub(r"<del>.*?</del>|</?ins>", "", marked, flags=re.DOTALL)
    assert without == after
    kept = re.sub(r"<ins>.*?</ins>|</?del>", "", marked, flags=re.DOTALL)
    assert "".join(kept.split()) == "".join(before.split())


def test_another_space_is_no_change():
    assert mark_changes("One. Two", "One.\n\nTwo") == "One.\n\nTwo"


def test_a_script_without_spaces_goes_by_letters():
    assert mark_changes("猫が好き", "犬が好き") == "<del>猫</del><ins>犬</ins>が好き"


def test_very_long_texts_are_left_without_marks():
    assert mark_changes("a " * MOST_TOKENS, "b") == "b"


def test_two_different_texts_are_not_worth_marking():
    assert is_worth_marking("One answer with many words", "One answer with a few words")
    assert not is_worth_marking("one two three four", "alpha beta gamma delta")
