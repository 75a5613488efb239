"""Statements and introductions in other languages: what readers see, and how facilitators fill them in."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import call_command
from django.db import IntegrityError
from django.urls import reverse
from django.utils.translation import override

from tests.factories import make_conversation, make_facilitator, make_statement, make_vote
from voting.admission import DraftOption, add_question, publish_consent
from voting.models import StatementTranslation
from voting.translation_tables import TableRefused, read_table, write_table
from voting.translations import statement_words, translate_statement, words_then

pytestmark = pytest.mark.django_db
GERMAN = "Die KI soll ehrlich sein."


@pytest.fixture
def owner():
    return make_facilitator("owner")


@pytest.fixture
def conversation(owner):
    return make_conversation(slug="now", title="What now?", owner=owner, description="Say what you think.")


@pytest.fixture
def statement(conversation):
    return make_statement(conversation, "The AI should be honest.", number=3)


def table_of(conversation, languages=("de",)):
    return {line[0]: line for line in write_table(conversation, languages)}


def filled(*lines):
    head = "part,language,original,translation,source"
    return "\n".join([head, *lines]).encode()


def test_a_reader_sees_the_translation_and_can_open_the_original(client, statement):
    translate_statement(statement=statement, language="de", text=GERMAN)
    page = client.get("/c/now/?lang=de").content.decode()
    assert f'lang="de" dir="auto">{GERMAN}</h2>' in page
    assert "The AI should be honest." in page
    assert "<details" in page.split(GERMAN)[1]


def test_a_reader_without_a_translation_sees_the_original_marked_as_such(client, statement):
    page = client.get("/c/now/?lang=ar").content.decode()
    assert 'lang="en" dir="auto">The AI should be honest.</h2>' in page


@pytest.mark.parametrize(
    ("source", "words"),
    [
        ("facilitator", "Translated by the organizers from German"),
        ("author", "Translated by its author from German"),
        ("machine: hermes-4", "Translated by a machine (hermes-4) from German"),
    ],
)
def test_who_translated_is_said(conversation, source, words):
    statement = make_statement(conversation, GERMAN, language="de")
    translate_statement(statement=statement, language="en", text="The AI should be honest.", source=source)
    with override("en"):
        assert statement_words(statement).provenance == words


def test_an_unknown_source_is_refused_by_the_database(statement):
    with pytest.raises(IntegrityError):
        translate_statement(statement=statement, language="de", text=GERMAN, source="somebody")


def test_an_unknown_language_is_refused(statement):
    with pytest.raises(ValueError, match="'xx' is not one of the languages"):
        translate_statement(statement=statement, language="xx", text="?")


def test_a_translation_of_other_words_is_not_shown(statement):
    translate_statement(statement=statement, language="de", text=GERMAN)
    statement.text = "The AI should be kind."
    statement.save()
    with override("de"):
        assert statement_words(statement).text == "The AI should be kind."


def test_votes_belong_to_the_statement_whatever_was_read(client, statement):
    translate_statement(statement=statement, language="de", text=GERMAN)
    client.post("/c/now/statements/3/vote/?lang=de", {"choice": "1"})
    client.post("/c/now/statements/3/vote/?lang=ar", {"choice": "-1"})
    assert list(statement.votes.values_list("choice", flat=True)) == [-1]


def test_own_votes_are_shown_in_the_readers_language_with_few_queries(
    client, conversation, statement, django_assert_max_num_queries
):
    translate_statement(statement=statement, language="de", text=GERMAN)
    client.post("/c/now/statements/3/vote/?lang=de", {"choice": "1"})
    person = conversation.participants.get()
    for number in range(10, 20):
        make_vote(person, make_statement(conversation, f"AI should do {number}.", number=number))
    with django_assert_max_num_queries(15):
        page = client.get("/c/now/mine/").content.decode()
    assert GERMAN in page


def test_title_consent_and_questions_are_shown_in_the_readers_language(client, conversation, statement):
    publish_consent(conversation=conversation, text="Your votes are kept.")
    add_question(conversation=conversation, text="How old?", options=[DraftOption("16"), DraftOption("17")])
    conversation.refresh_from_db()
    german = {"title": "Was nun?", "consent": "Ihre Stimmen bleiben.", "question": "Wie alt?"}
    lines = [line for line in write_table(conversation, ["de"]) if line[0].split("-")[0] in german]
    for line in lines:
        line[3] = german[line[0].split("-")[0]]
    read_table(conversation=conversation, content=filled(*(",".join(line) for line in lines)))
    page = client.get("/c/now/consent/?lang=de").content.decode()
    assert "Was nun?" in page
    assert "Ihre Stimmen bleiben." in page
    client.post("/c/now/consent/", {"version": 1})
    assert "Wie alt?" in client.get("/c/now/questions/").content.decode()


def test_what_is_not_translated_names_its_language_and_runs_in_its_direction(client, conversation, statement):
    type(conversation).objects.update(use_of_results="It is used.", asked_by="A library.", description="Say.")
    add_question(conversation=conversation, text="How old?", options=[DraftOption("16."), DraftOption("17")])
    asked = client.get("/c/now/questions/?lang=ar").content.decode()
    for text in ("How old?", "16."):
        assert f'<span lang="en" dir="auto">{text}</span>' in asked
    landing = client.get("/c/now/?lang=ar").content.decode()
    for text in ("It is used.", "A library."):
        assert f'<span lang="en" dir="auto">{text}</span>' in landing
    assert '<span lang="en" dir="auto">Say.</span>' in client.get("/?lang=ar").content.decode()


def test_a_facilitator_fills_a_gap_and_empties_it_again(client, owner, statement):
    client.force_login(owner)
    address = reverse("voting:translations", args=["now"]) + "?language=de"
    page = client.get(address).content.decode()
    assert "1 of 1 statements have no translation" in page
    assert 'action="?language=de"' in page
    client.post(address, {"text-statement-3": GERMAN, "text-title": "Was nun?"})
    kept = statement.translations.get()
    assert (kept.text, kept.language, kept.source) == (GERMAN, "de", "facilitator")
    assert statement.conversation.translations.get().text == "Was nun?"
    client.post(address, {"text-statement-3": " "})
    assert not statement.translations.exists()


def test_a_stranger_can_neither_read_nor_write_translations(client, conversation, statement):
    client.force_login(make_facilitator("stranger"))
    for name in ("translations", "download_translations"):
        assert client.get(reverse(f"voting:{name}", args=["now"])).status_code == 404
    client.post(reverse("voting:translations", args=["now"]), {"text-statement-3": "!"})
    client.post(reverse("voting:upload_translations", args=["now"]), {"file": SimpleUploadedFile("a", b"a")})
    assert not StatementTranslation.objects.exists()


def test_the_downloaded_table_can_be_filled_in_and_taken_in(client, owner, conversation):
    statement = make_statement(conversation, "=1+1, \"really\"\nor 'not'", number=3)
    client.force_login(owner)
    address = reverse("voting:download_translations", args=["now"])
    content = client.get(address).content.decode()
    assert "'=1+1" in content
    gap = 'statement-3,de,"\'=1+1, ""really""\nor \'not\'",,'
    assert gap in content.replace("\r\n", "\n")
    filled_in = content.replace("\r\n", "\n").replace(gap, gap[:-1] + "'=2,machine: m")
    file = SimpleUploadedFile("t.csv", filled_in.encode())
    client.post(reverse("voting:upload_translations", args=["now"]), {"file": file})
    kept = statement.translations.get()
    assert (kept.text, kept.source, kept.original) == ("=2", "machine: m", statement.text)


@pytest.mark.parametrize(
    ("line", "problem"),
    [
        ("statement-3,xx,The AI should be honest.,?,", "Line 2: “xx” is not one of the other languages"),
        ("statement-3,en,The AI should be honest.,?,", "Line 2: “en” is not one of the other languages"),
        ("statement-9,de,The AI should be honest.,?,", "Line 2: there is no part “statement-9”"),
        ("statement-3,de,The AI should be kind.,?,", "Line 2: the original of “statement-3” has changed"),
        ("statement-3,de,The AI should be honest.,?,me", "Line 2: the source “me” has to be author"),
    ],
)
def test_a_table_with_a_fault_changes_nothing_and_names_the_line(conversation, statement, line, problem):
    good = "title,de,What now?,Was nun?,"
    with pytest.raises(TableRefused, match=problem):
        read_table(conversation=conversation, content=filled(line, good))
    assert not conversation.translations.exists()


@pytest.mark.parametrize("content", [b"\xff\xfe\x00", b"a,b\n1,2", b""])
def test_what_is_no_such_table_is_refused_on_the_page(client, owner, conversation, content):
    client.force_login(owner)
    file = SimpleUploadedFile("t.csv", content)
    response = client.post(reverse("voting:upload_translations", args=["now"]), {"file": file})
    assert response.status_code == 422
    assert "errorlist" in response.content.decode()


def test_the_original_stays_in_what_is_exported(client, conversation, statement):
    translate_statement(statement=statement, language="de", text=GERMAN)
    client.post("/c/now/statements/3/vote/?lang=de", {"choice": "1"})
    votes = client.get("/c/now/mine/download/").json()["votes"]
    assert [vote["text"] for vote in votes] == ["The AI should be honest."]


def test_a_statement_an_analysis_named_is_translated_while_its_words_stand(conversation, statement):
    translate_statement(statement=statement, language="de", text=GERMAN)
    with override("de"):
        assert words_then(conversation, 3, "The AI should be honest.").text == GERMAN
        assert words_then(conversation, 3, "The AI should be nice.").text == "The AI should be nice."
        assert words_then(conversation, 99, "Gone.").text == "Gone."


def test_a_statement_written_in_another_language_is_marked_as_such(conversation):
    make_statement(conversation, GERMAN, number=4, language="de")
    for language in ("en", "de", "ar"):
        with override(language):
            assert words_then(conversation, 4, GERMAN).language == "de"


def test_exported_statements_keep_their_original_words(conversation, statement, tmp_path):
    translate_statement(statement=statement, language="de", text=GERMAN)
    with override("de"):
        call_command("export_statements", "now", "--out", str(tmp_path / "comments.csv"))
    written = (tmp_path / "comments.csv").read_text()
    assert "The AI should be honest." in written
    assert GERMAN not in written
