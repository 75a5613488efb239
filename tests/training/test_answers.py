"""A model's words are read for what they are, never for what was hoped."""

import pytest

from training.answers import Status, is_refusal, read_step
from training.asking import ask_for_critique, instructions_version, worked_examples


def test_a_label_is_taken_off_a_revision():
    assert read_step("revision", "**Revised answer:** Hey there!", "stop") == ("Hey there!", Status.OK)


def test_an_answer_may_begin_like_a_label():
    text = "Revision: the act of revising."
    assert read_step("answer", text, "stop") == (text, Status.OK)


def test_nothing_said_is_empty_and_a_filtered_answer_is_blocked():
    assert read_step("answer", " \n", "stop") == ("", Status.EMPTY)
    assert read_step("answer", "", "content_filter") == ("", Status.BLOCKED)


def test_a_critique_is_not_taken_for_a_revision():
    assert read_step("revision", "Critique: it is too short.", "stop")[1] == Status.CRITIQUE_AS_REVISION
    assert read_step("revision", "The response fails to greet.", "stop")[1] == Status.CRITIQUE_AS_REVISION
    assert read_step("revision", "The response to your letter came today.", "stop")[1] == Status.OK


def test_an_answer_cut_short_is_known():
    assert read_step("revision", "And then", "max_tokens")[1] == Status.CUT


def test_a_revision_that_changes_nothing_is_known():
    assert read_step("revision", "Hey!", "stop", before="Hey!")[1] == Status.UNCHANGED


@pytest.mark.parametrize(
    "text",
    [
        "I’m sorry, but I can't help with that.",
        "I cannot assist with this request.",
        "As an AI, I am not able to.",
        "Es tut mir leid, aber dabei kann ich dir nicht helfen.",
        "Ich kann diese Frage leider nicht beantworten.",
        "Lo siento, pero no puedo ayudarte con eso.",
        "No puedo proporcionar esa información.",
        "Je suis désolé, mais je ne peux pas vous aider.",
        "Je ne peux pas répondre à cette demande.",
    ],
)
def test_usual_refusals_are_recognized(text):
    assert is_refusal(text)


@pytest.mark.parametrize(
    "text",
    [
        "I'm sorry to hear about your mother. Let us begin.",
        "You can't go wrong with soup.",
        "",
        "Es tut mir leid, das zu hören. Fangen wir an.",
        "Ich kann gut verstehen, dass dir andere nicht helfen.",
        "Lo siento mucho. Empecemos por lo que puedes hacer.",
        "Je suis désolé de l'apprendre. Voici ce que vous pouvez faire.",
    ],
)
def test_kind_or_plain_words_are_no_refusal(text):
    assert not is_refusal(text)


def test_worked_examples_keep_critique_and_revision_apart():
    assert len(worked_examples()) == 3
    for example in worked_examples():
        assert read_step("revision", example.revision, "stop", before=example.answer)[1] == Status.OK
        assert example.critique not in example.revision


def test_instructions_have_a_version_and_hold_the_request():
    assert len(instructions_version(("critique.txt", "revision.txt"))) == 12
    assert ask_for_critique("Judge {this}.").startswith("Judge {this}.")
