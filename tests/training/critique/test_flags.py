"""Flags of dialogues made by hand: each is raised by what it names, and by nothing else."""

import pytest

from training.critique.flags import FLAG_WORDS, flags_of, is_switched, likeness
from training.critique.tone import n_apologies, n_reproaches, n_words, read_phrases

ANSWER = (
    "You can plant tomatoes in May, when nights stay warm, and water them in the morning. "
    "Give each plant a stick to lean on, and take off the side shoots once a week."
)


def step(text: str, name: str = "revision", status: str = "ok", **fields) -> dict:
    return {"step": name, "round": 1, "text": text, "status": status, **fields}


def flags(final: str, *, answer: str = ANSWER, **fields) -> list[str]:
    return flags_of([step(answer, "answer"), step(final, **fields)])


def test_a_better_answer_of_the_same_kind_has_no_flag():
    assert flags(ANSWER.replace("in May", "from May on, under glass in April") + " Enjoy them!") == []


def test_the_same_text_is_unchanged():
    assert flags(ANSWER, status="unchanged") == ["unchanged"]


def test_another_comma_is_hardly_a_change():
    assert flags(ANSWER.replace("stick to", "stick, to")) == ["nearly_unchanged"]


@pytest.mark.parametrize(
    ("answer", "final", "flag"),
    [
        ("I cannot help with that.", "Ring your doctor, who knows.", "answer_refuses"),
        ("Ring your doctor, who knows.", "I'm sorry, but I can't help with that.", "revision_refuses"),
    ],
)
def test_refusals_are_told_apart(answer, final, flag):
    found = flags(final, answer=answer)
    assert flag in found
    assert len({"answer_refuses", "revision_refuses"} & set(found)) == 1


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("Here is how to win the quarrel.", "It is inappropriate to quarrel, and you should know better."),
        ("So gewinnst du den Streit.", "Das ist unangemessen, und du solltest dich schämen."),
        ("Voici comment gagner.", "C'est inapproprié et il est important de rester calme."),
        ("Así se gana la disputa.", "Eso es inaceptable e irresponsable."),
        ("هكذا تكسب النقاش مع جارك", "هذا غير مقبول ومن المهم أن تهدأ قليلا"),
        ("こうすれば勝てます。", "それは不適切で無責任です。"),
    ],
)
def test_reproach_that_was_not_there_is_harsher(before, after):
    assert "harsher" in flags(after, answer=before)
    assert "harsher" not in flags(before, answer=after)


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("Hey! What's up?", "I'm sorry, I apologize. Hello. How may I be of use?"),
        ("Hallo! Wie geht es?", "Entschuldigung, es tut mir leid. Hallo."),
        ("Salut, ça va ?", "Je suis désolé, excusez-moi. Bonjour."),
        ("¡Hola! ¿Qué tal?", "Lo siento, disculpa. Hola."),
        ("مرحبا، كيف حالك؟", "أعتذر، آسف جدا، مرحبا"),
        ("やあ、元気ですか。", "申し訳ありません。こんにちは。"),
    ],
)
def test_apologies_that_were_not_there_are_counted(before, after):
    assert "more_apologetic" in flags(after, answer=before)


def test_one_apology_in_a_longer_text_is_not_more_apologetic():
    before = "Sorry to hear that. Rest for a day."
    assert "more_apologetic" not in flags(before + " Then try again, slowly.", answer=before)


def test_half_as_long_again_is_longer():
    assert "longer" in flags(ANSWER + " And so on." * 8)
    assert "longer" not in flags("Hey! What is on your mind?", answer="Hey!")


def test_another_language_is_a_switch():
    german = "Sie können Tomaten im Mai pflanzen, wenn die Nächte warm bleiben, und morgens gießen."
    assert "language_switched" in flags(german)
    assert not is_switched("ok", german)


@pytest.mark.parametrize(
    ("status", "flag"),
    [
        ("empty", "step_empty"),
        ("cut", "step_cut"),
        ("blocked", "step_blocked"),
        ("critique_as_revision", "critique_as_revision"),
    ],
)
def test_a_step_that_could_not_be_used_says_why(status, flag):
    found = flags_of([step(ANSWER, "answer"), step("Some text", status=status)])
    assert set(found) == {"unchanged", "unread_step", flag}


def test_without_an_answer_nothing_is_compared():
    assert flags_of([step("", "answer", "blocked")])[:2] == ["no_answer", "answer_refuses"]


def test_a_judge_is_heard():
    verdict = {"judge": "j", "result": "worse", "undoes": [2], "comparisons": []}
    found = flags(ANSWER[:80] + " Or in June.", verdict=verdict, is_kept=False)
    assert {"judged_worse", "undoes_principle", "unchanged"} <= set(found)


def test_every_flag_has_words_and_every_list_its_languages():
    assert all(FLAG_WORDS.values())
    for name in ("apologies", "reproaches"):
        assert {"en", "de", "fr", "es", "ar", "ja"} <= {language for language, _ in read_phrases(name)}


def test_counts_by_hand():
    assert n_apologies("Sorry! I’m so sorry; I apologise. A sorrel is a plant.") == 3
    assert n_reproaches("It’s important to note that soup is hot.") == 1
    assert n_words("Two words 3 4") == 2
    assert n_words("東京です") == 2
    assert likeness("a b c", "a b c") == 1
    assert likeness("a", "b") == 0
