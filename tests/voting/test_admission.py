"""Consent and questions: what comes before the first card, and what cannot be skipped."""

import pytest
from django.test import Client

from tests.factories import make_conversation, make_facilitator, make_participant, make_statement
from voting.admission import (
    ConsentOutdated,
    DraftOption,
    QuestionRefused,
    add_question,
    answer_questions,
    give_consent,
    next_step,
    publish_consent,
    stop_asking,
)
from voting.casting import VotingClosed, cast_vote
from voting.models import Answer, Participant, Vote
from voting.services import StatementRefused, submit_statement

pytestmark = pytest.mark.django_db

HTMX = {"HX-Request": "true"}
AGES = [DraftOption("16 to 39"), DraftOption("40 or more"), DraftOption("Under 16", admits=False)]


@pytest.fixture
def conversation():
    conversation = make_conversation(slug="now")
    make_statement(conversation, number=1)
    return conversation


def with_consent(conversation, text="You agree."):
    publish_consent(conversation=conversation, text=text)
    conversation.refresh_from_db()
    return conversation


def with_question(conversation, **fields):
    fields = {"text": "How old are you?", "options": AGES, "is_screening": True} | fields
    question = add_question(conversation=conversation, **fields)
    conversation.refresh_from_db()
    return question


def agree(client, version=1):
    return client.post("/c/now/consent/", {"version": version})


def answer(client, question, option=None):
    value = "unsaid" if option is None else question.options.get(text=option).pk
    return client.post("/c/now/questions/", {f"question-{question.pk}": value})


def vote(client, **data):
    return client.post("/c/now/statements/1/vote/", {"choice": 1, **data}, headers=HTMX)


def test_a_changed_text_is_a_new_version_and_the_same_text_is_not(conversation):
    versions = [publish_consent(conversation=conversation, text=text).version for text in ("A", "A ", "B")]
    assert versions == [1, 1, 2]
    assert publish_consent(conversation=conversation, text=" ") is None
    assert conversation.consent_texts.count() == 2


def test_nobody_votes_or_writes_before_they_agreed(conversation):
    with_consent(conversation)
    person = make_participant(conversation)
    assert next_step(conversation, person) == "consent"
    with pytest.raises(VotingClosed):
        cast_vote(participant=person, statement=conversation.statements.get(), choice=1)
    with pytest.raises(StatementRefused):
        submit_statement(participant=person, text="AI should rhyme.")
    give_consent(participant=person, version=1)
    assert cast_vote(participant=person, statement=conversation.statements.get(), choice=1).pk


def test_a_new_version_asks_everybody_again(conversation):
    person = make_participant(with_consent(conversation))
    give_consent(participant=person, version=1)
    with_consent(conversation, "You agree to more.")
    assert next_step(conversation, person) == "consent"
    with pytest.raises(VotingClosed):
        cast_vote(participant=person, statement=conversation.statements.get(), choice=1)


def test_who_agreed_to_an_earlier_version_is_told_why_they_are_asked_again(client, conversation):
    with_consent(conversation)
    agree(client)
    vote(client)
    assert "before you go on" not in client.get("/c/now/").content.decode()
    with_consent(conversation, "You agree to more.")
    assert "Your votes so far are kept" in client.get("/c/now/").content.decode()
    page = client.get("/c/now/consent/").content.decode()
    assert "changed since you agreed to it" in page
    assert "delete what you gave" in page
    agree(client, version=2)
    assert Participant.objects.get().consent.version == 2


def test_a_newcomer_is_not_told_of_an_earlier_version(client, conversation):
    with_consent(conversation)
    with_consent(conversation, "You agree to more.")
    assert "changed since" not in client.get("/c/now/consent/").content.decode()
    assert "Your votes so far" not in client.get("/c/now/").content.decode()


def test_an_old_version_cannot_be_agreed_to(conversation):
    person = make_participant(with_consent(conversation))
    with_consent(conversation, "You agree to more.")
    person.refresh_from_db()
    with pytest.raises(ConsentOutdated):
        give_consent(participant=person, version=1)


def test_nobody_votes_before_they_answered(conversation):
    question = with_question(conversation)
    person = make_participant(conversation)
    with pytest.raises(VotingClosed):
        cast_vote(participant=person, statement=conversation.statements.get(), choice=1)
    person = answer_questions(participant=person, chosen={question: question.options.first()})
    assert cast_vote(participant=person, statement=conversation.statements.get(), choice=1).pk


def test_who_is_screened_out_takes_no_part_and_cannot_answer_again(conversation):
    question = with_question(conversation)
    person = make_participant(conversation)
    for text in ("Under 16", "40 or more"):
        option = question.options.get(text=text)
        person = answer_questions(participant=person, chosen={question: option})
    assert person.is_screened_out
    assert person.answers.get().option.text == "Under 16"
    with pytest.raises(VotingClosed):
        cast_vote(participant=person, statement=conversation.statements.get(), choice=1)


@pytest.mark.parametrize("admits_silence", [True, False])
def test_preferring_not_to_say_is_kept_and_admits_where_the_facilitator_says_so(conversation, admits_silence):
    question = with_question(conversation, admits_silence=admits_silence)
    person = answer_questions(participant=make_participant(conversation), chosen={question: None})
    assert person.answers.get().option is None
    assert person.is_screened_out is not admits_silence


def test_a_question_no_longer_asked_keeps_its_answers(conversation):
    question = with_question(conversation)
    answer_questions(participant=make_participant(conversation), chosen={question: None})
    stop_asking(question=question)
    conversation.refresh_from_db()
    assert (conversation.asks_questions, Answer.objects.count()) == (False, 1)
    assert next_step(conversation, None) == ""


@pytest.mark.parametrize(
    "options", [[], [DraftOption("Yes")], [DraftOption("Yes"), DraftOption("yes")], [AGES[2], AGES[2]]]
)
def test_a_question_needs_two_different_answers(conversation, options):
    with pytest.raises(QuestionRefused):
        with_question(conversation, options=options)


def test_a_screening_question_has_to_let_somebody_in(conversation):
    nobody = [DraftOption("Yes", admits=False), DraftOption("No", admits=False)]
    with pytest.raises(QuestionRefused, match="take part"):
        with_question(conversation, options=nobody)


def test_a_newcomer_agrees_answers_and_votes(client, conversation):
    with_consent(conversation)
    question = with_question(conversation)
    assert "Take part" in client.get("/c/now/").content.decode()
    assert agree(client).url == "/c/now/questions/"
    assert "Prefer not to say" in client.get("/c/now/questions/").content.decode()
    assert answer(client, question).url == "/c/now/#card"
    assert vote(client).status_code == 200
    person = Vote.objects.get().participant
    assert (person.consent.version, person.answers.get().option) == (1, None)


def test_looking_at_consent_or_questions_makes_no_participant(client, conversation):
    with_question(with_consent(conversation))
    for page in ("", "consent/", "questions/"):
        client.get(f"/c/now/{page}")
    assert not Participant.objects.exists()


def test_a_vote_before_consent_is_a_kind_conflict(client, conversation):
    with_consent(conversation)
    response = vote(client)
    assert response.status_code == 409
    assert "one step comes before it" in response.content.decode()
    assert not Participant.objects.exists()


def test_consent_sent_twice_is_one_participant(conversation):
    page = Client().get("/c/now/") if with_consent(conversation) else None
    page = Client().get("/c/now/consent/").content.decode()
    ticket = page.split('name="ticket" value="')[1].split('"')[0]
    for _ in range(2):
        Client().post("/c/now/consent/", {"version": 1, "ticket": ticket})
    assert Participant.objects.count() == 1


def test_a_text_changed_while_reading_is_shown_again(client, conversation):
    with_consent(conversation)
    with_consent(conversation, "You agree to more.")
    response = agree(client, version=1)
    assert response.status_code == 409
    assert "This text has changed" in response.content.decode()
    assert Participant.objects.get().consent is None


def test_an_unanswered_question_comes_back_with_what_was_chosen(client, conversation):
    age = with_question(conversation)
    with_question(conversation, text="Where do you live?", is_screening=False)
    response = answer(client, age, "40 or more")
    assert response.status_code == 422
    assert "checked" in response.content.decode()
    assert not Answer.objects.exists()


def test_a_foreign_option_is_refused(client, conversation):
    question, other = with_question(conversation), with_question(make_conversation())
    key = f"question-{question.pk}"
    assert client.post("/c/now/questions/", {key: other.options.first().pk}).status_code == 422


def test_who_is_screened_out_is_told_kindly(client, conversation):
    question = with_question(conversation)
    answer(client, question, "Under 16")
    page = client.get("/c/now/").content.decode()
    assert "meant for others" in page
    assert "vote-bar" not in page
    assert vote(client).status_code == 409
    assert client.get("/c/now/questions/").url == "/c/now/#card"


def test_what_one_answered_and_agreed_to_can_be_read_again(client, conversation):
    with_consent(conversation, "Kept for a year.")
    question = with_question(conversation)
    agree(client)
    answer(client, question, "40 or more")
    page = client.get("/c/now/mine/").content.decode()
    for text in ("How old are you?", "40 or more", "You agreed to version 1", "Kept for a year."):
        assert text in page


def test_what_one_did_not_say_is_named_as_such(client, conversation):
    answer(client, with_question(conversation))
    page = client.get("/c/now/mine/").content.decode()
    assert "Prefer not to say" in page
    assert "You agreed to" not in page


def test_who_is_screened_out_is_not_asked_to_vote_on_their_own_page(client, conversation):
    question = with_question(conversation)
    answer(client, question, "Under 16")
    assert "Vote now" not in client.get("/c/now/mine/").content.decode()


def test_a_conversation_closed_meanwhile_takes_no_consent(client, conversation):
    with_consent(conversation)
    type(conversation).objects.update(status="closed")
    assert agree(client).url == "/c/now/#card"
    assert "This conversation is closed" in client.get("/c/now/").content.decode()
    assert not Participant.objects.exists()


@pytest.fixture
def facilitator(client, conversation):
    conversation.owner = make_facilitator()
    conversation.save()
    client.force_login(conversation.owner)
    return conversation.owner


def test_a_facilitator_publishes_consent(client, facilitator, conversation):
    assert "Taking part is voluntary" in client.get("/facilitate/now/admission/").content.decode()
    client.post("/facilitate/now/admission/consent/", {"text": "You agree."})
    assert conversation.consent_texts.get().text == "You agree."
    assert "Version 1" in client.get("/facilitate/now/admission/").content.decode()


def test_a_facilitator_asks_and_stops_asking(client, facilitator, conversation):
    form = {"text": "How old?", "options": "16 to 39\n\n40 or more", "excluding": "Under 16"}
    client.post("/facilitate/now/admission/questions/", form)
    question = conversation.questions.get()
    assert list(question.options.values_list("text", "admits")) == [
        ("16 to 39", True),
        ("40 or more", True),
        ("Under 16", False),
    ]
    assert question.is_screening
    assert not question.admits_silence
    client.post(f"/facilitate/now/admission/questions/{question.pk}/stop/")
    assert not conversation.questions.filter(is_asked=True).exists()


def test_a_question_with_one_answer_comes_back(client, facilitator, conversation):
    form = {"text": "How old?", "options": "Old"}
    response = client.post("/facilitate/now/admission/questions/", form)
    assert response.status_code == 422
    assert "at least two answers" in response.content.decode()


def test_a_stranger_may_ask_nothing(client, conversation):
    client.force_login(make_facilitator())
    assert client.get("/facilitate/now/admission/").status_code == 404
    assert client.post("/facilitate/now/admission/consent/", {"text": "Mine."}).status_code == 404
    assert client.post("/facilitate/now/admission/questions/", {}).status_code == 404
    assert not conversation.consent_texts.exists()
