import random
import time

import pytest

from tests.factories import make_conversation, make_participant, make_statement
from voting.models import Statement
from voting.nearest import nearest_of, nearest_statements

TEXTS = [
    "The AI should never lie to people.",
    "AI should keep what users tell it to itself.",
    "A model must say when it does not know something.",
    "Robots should be cheap to repair.",
    "AIは人に嘘をついてはいけない。",
    "AIは利用者の秘密を守るべきだ。",
    "يجب ألا يكذب الذكاء الاصطناعي على الناس",
    "يجب أن يحمي الذكاء الاصطناعي أسرار المستخدمين",
    "AI는 사람에게 거짓말을 해서는 안 된다",
]
STATEMENTS = [Statement(pk=place, number=place, text=text) for place, text in enumerate(TEXTS)]


def places(text: str) -> list[int]:
    return [near.statement.number for near in nearest_of("test", STATEMENTS, text)]


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("the ai should never lie to people", 0),
        ("The AI shuold nevr lie to peple", 0),
        ("to people the AI should lie never", 0),
        ("People: AI should never lie", 0),
        ("a model must admit it does not know", 2),
        ("AIは嘘を人についてはいけない", 4),
        ("ＡＩは人に嘘をつくべきではない", 4),
        ("利用者の秘密をAIは守るべき", 5),
        ("يجب ألّا يكذبَ الذكاءُ الاصطناعي على الناس", 6),
        ("الذكاء الاصطناعى يجب الا يكذب على الناس", 6),
        ("사람에게 AI는 거짓말을 하면 안 된다", 8),
    ],
)
def test_slips_and_another_order_of_words_are_seen_through(text, place):
    assert places(text)[0] == place


@pytest.mark.parametrize("text", ["", "AI", "???", "Bananas are yellow.", "天気がいいですね", "أحب القهوة"])
def test_what_is_like_nothing_has_no_neighbors(text):
    assert places(text) == []


def test_the_best_comes_first_and_at_most_three_come():
    statements = [Statement(pk=n, number=n, text=f"AI should be honest {'!' * n}") for n in range(9)]
    near = nearest_of("ordered", statements, "AI should be honest")
    assert near[0].statement.number == 0
    assert len(near) == 3
    assert [one.nearness for one in near] == sorted((one.nearness for one in near), reverse=True)


def test_a_text_that_changed_is_compared_as_it_is_now():
    statement = Statement(pk=1, number=1, text="The AI should be honest.")
    assert nearest_of("changing", [statement], "The AI should be honest")
    statement.text = "Robots must be cheap."
    assert not nearest_of("changing", [statement], "The AI should be honest")


def test_among_a_few_thousand_statements_it_takes_milliseconds():
    words = [f"word{number}" for number in range(500)]
    chance = random.Random(1)
    statements = [Statement(pk=n, number=n, text=" ".join(chance.sample(words, 12))) for n in range(3000)]
    nearest_of("many", statements, "the first time takes the texts apart")
    began = time.perf_counter()
    for _ in range(10):
        nearest_of("many", statements, statements[7].text)
    assert (time.perf_counter() - began) / 10 < 0.05


@pytest.mark.django_db
@pytest.mark.parametrize("status", ["pending", "rejected"])
def test_what_is_not_published_is_never_near(status):
    conversation = make_conversation()
    make_statement(conversation, "The AI should be honest.", status=status)
    assert nearest_statements(conversation, "The AI should be honest.") == []


@pytest.mark.django_db
def test_without_strict_moderation_waiting_statements_are_near_but_not_to_their_author():
    conversation = make_conversation(is_strictly_moderated=False)
    author, reader = make_participant(conversation), make_participant(conversation)
    make_statement(conversation, "The AI should be honest.", status="pending", author=author)
    assert nearest_statements(conversation, "AI should be honest", participant=reader)
    assert not nearest_statements(conversation, "AI should be honest", participant=author)
