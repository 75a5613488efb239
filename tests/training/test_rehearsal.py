"""Prepared answers stand in for a model: same conversation, same words."""

import asyncio

import pytest

from training.providers import get_model


def reply(*said: str, **settings) -> str:
    """Ask a rehearsal model with alternating turns, the user first."""
    return output_of(*said, **settings).completion


def output_of(*said: str, **settings):
    model = get_model("rehearsal/demonstration", **settings)
    from inspect_ai.model import ChatMessageAssistant, ChatMessageUser

    turns = [
        ChatMessageUser(content=text) if number % 2 == 0 else ChatMessageAssistant(content=text)
        for number, text in enumerate(said)
    ]
    return asyncio.run(model.api.generate(turns, [], "none", model.config))


@pytest.fixture(autouse=True)
def _in_var(settings, tmp_path):
    settings.VAR_DIR = tmp_path


def test_the_same_conversation_gets_the_same_reply():
    assert reply("How are you?") == reply("How are you?")


def test_another_seed_may_answer_otherwise():
    assert len({reply("How are you?", seed=seed) for seed in range(20)}) > 3


def test_answers_differ_between_prompts():
    assert len({reply(f"Question {number}?") for number in range(20)}) > 10


def test_token_use_is_always_reported():
    usage = output_of("How are you?").usage
    assert usage.input_tokens > 0
    assert usage.total_tokens == usage.input_tokens + usage.output_tokens


def test_a_vote_is_one_of_three_words():
    question = "Do you agree, disagree or pass? Statement {}."
    votes = {reply(question.format(number)) for number in range(40)}
    assert votes == {"agree", "disagree", "pass"}


def test_a_choice_names_one_of_the_options():
    question = "Who was late?\nA. The nurse\nB. The pilot\nC. Not known\nQuestion {}"
    assert {reply(question.format(number)) for number in range(30)} == {"A", "B", "C"}


def test_a_revision_is_never_the_answer_it_revises():
    answer = "Do as you like."
    for _ in range(5):
        revision = reply(
            "Hi", answer, "Write the critique alone", "Too short.", "Write the revised answer alone"
        )
        assert revision != answer
        answer = revision


def test_an_empty_conversation_part_does_not_break_it():
    assert reply("   ")
