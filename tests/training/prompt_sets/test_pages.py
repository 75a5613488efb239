"""The pages of prompt sets: sending files, the matrix, spot checks."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from procrastinate.contrib.django.models import ProcrastinateJob

from tests.factories import (
    make_adopted_constitution,
    make_conversation,
    make_draft_constitution,
    make_facilitator,
)
from training.models import Exercise, PromptSet
from training.prompt_sets.coverage import next_check
from training.prompt_sets.generating import fill_gaps
from training.prompt_sets.jobs import find_exercised_principles, write_missing_prompts
from training.prompt_sets.services import make_set

pytestmark = pytest.mark.django_db
REHEARSAL = "rehearsal/demonstration"


@pytest.fixture
def constitution(var_dir):
    return make_adopted_constitution()


@pytest.fixture
def page(constitution):
    return f"/research/coverage/{constitution.conversation.slug}/{constitution.version}/"


def send(reader, name, text, **fields):
    file = SimpleUploadedFile(name, text.encode())
    return reader.post("/research/prompts/", {"slug": "town", "file": file} | fields, follow=True)


def test_a_file_becomes_a_set(reader):
    assert "No prompts yet" in reader.get("/research/prompts/").content.decode()
    answer = send(reader, "a.txt", "One?\nTwo?\none", tags=["helpful"], license="CC BY 4.0").content.decode()
    assert "2 prompts are added; 1 came twice or were there already" in answer
    assert "CC BY 4.0" in answer
    assert "Two?" in reader.get("/research/prompts/town/?tag=helpful").content.decode()
    assert "No prompt of this set" in reader.get("/research/prompts/town/?tag=harmful").content.decode()


def test_what_is_wrong_with_a_file_is_said_and_nothing_kept(reader):
    answer = send(reader, "mine.jsonl", '{"prompt": "x"}\nno')
    assert answer.status_code == 422
    assert "mine.jsonl, line 2" in answer.content.decode()
    assert not PromptSet.objects.exists()


def test_markup_in_prompts_stays_text(reader):
    assert "<b>x" not in send(reader, "a.txt", "<b>x</b>").content.decode()


def test_strangers_are_asked_to_sign_in(client, page):
    for address in ("/research/prompts/", page, f"{page}check/"):
        assert client.get(address).status_code == 302
    assert client.post(f"{page}find/").status_code == 302


def test_the_matrix_shows_where_prompts_are_missing(reader, constitution, page):
    assert "0 of 3 principles" in reader.get(page).content.decode()
    fill_gaps(constitution=constitution, prompt_set=make_set(slug="a"), model=REHEARSAL, at_least=2)
    assert "3 of 3 principles" in reader.get(f"{page}?at_least=2").content.decode()
    assert "too few" in reader.get(f"{page}?at_least=50").content.decode()


@pytest.fixture
def draft(client):
    """A draft whose facilitator is signed in, and its page."""
    owner = make_facilitator()
    client.force_login(owner)
    draft = make_draft_constitution(conversation=make_conversation(owner=owner))
    return draft, f"/research/coverage/{draft.conversation.slug}/1/"


def test_a_draft_has_a_matrix_by_the_likeness_of_words(client, draft):
    constitution, page = draft
    send(client, "a.txt", "Keeps promise number 1.")
    assert "Write what is missing" not in client.get(page).content.decode()
    client.post(f"{page}find/", {"prompt_set": PromptSet.objects.get().pk})
    find_exercised_principles(**ProcrastinateJob.objects.get().args)
    assert "3 of 3 principles" in told_at(client, f"{page}?at_least=1")
    constitution.principles.update(text="A zebra")
    find_exercised_principles(**ProcrastinateJob.objects.get().args)
    assert "0 of 3 principles" in told_at(client, f"{page}?at_least=1")


def test_no_model_writes_for_a_draft(client, draft):
    send(client, "a.txt", "One?")
    asked = {"prompt_set": PromptSet.objects.get().pk, "model": REHEARSAL, "at_least": 1, "write": "1"}
    told = client.post(f"{draft[1]}find/", asked, follow=True).content.decode()
    assert "Prompts are written for adopted constitutions only." in told
    assert not ProcrastinateJob.objects.exists()


def test_a_strangers_draft_has_no_matrix(reader):
    draft = make_draft_constitution()
    assert reader.get(f"/research/coverage/{draft.conversation.slug}/1/").status_code == 404


def told_at(client, address):
    return client.get(address).content.decode()


def test_missing_prompts_are_written_in_the_background(reader, page):
    found = make_set(slug="a")
    fields = {"prompt_set": found.pk, "model": REHEARSAL, "at_least": 1, "write": "1"}
    assert "being written" in reader.post(f"{page}find/", fields, follow=True).content.decode()
    write_missing_prompts(**ProcrastinateJob.objects.get().args)
    assert found.prompts.exists()


def test_what_it_would_take_is_said_and_nothing_begins(reader, page):
    send(reader, "a.txt", "One?\nTwo?")
    asked = {"prompt_set": PromptSet.objects.get().pk, "model": REHEARSAL, "at_least": 2, "estimate": "1"}
    told = reader.post(f"{page}find/", asked, follow=True).content.decode()
    assert "The first round of writing would take 3 samples" in told
    assert "Finding which principles the prompts exercise would take 2 samples" in told
    assert not ProcrastinateJob.objects.exists()


def test_a_budget_goes_with_the_job_and_one_without_a_price_is_refused(reader, page, keys, settings):
    settings.MODEL_PRICES = {}
    asked = {"prompt_set": make_set(slug="a").pk, "model": REHEARSAL, "at_least": 1, "write": "1"}
    reader.post(f"{page}find/", asked | {"token_budget": 70_000})
    assert ProcrastinateJob.objects.get().args["tokens"] == 70_000
    staff = {"model": "anthropic/claude-test", "money_budget": 2}
    reader.force_login(make_facilitator(is_staff=True))
    told = reader.post(f"{page}find/", asked | staff, follow=True).content.decode()
    assert ProcrastinateJob.objects.count() == 1
    assert "The price of “anthropic/claude-test” is not known" in told


def test_finding_needs_no_model(reader, page, constitution):
    send(reader, "a.txt", constitution.principles.first().text)
    fields = {"prompt_set": PromptSet.objects.get().pk, "model": "", "at_least": 1}
    reader.post(f"{page}find/", fields)
    find_exercised_principles(**ProcrastinateJob.objects.get().args)
    assert Exercise.objects.exists()


@pytest.mark.parametrize("model", ["anthropic/claude", "made-up"])
def test_a_model_that_costs_money_or_is_unknown_is_refused(reader, page, model, keys):
    fields = {"prompt_set": make_set(slug="a").pk, "model": model, "at_least": 1, "write": "1"}
    reader.post(f"{page}find/", fields)
    assert not ProcrastinateJob.objects.exists()


def test_people_check_one_pair_after_another(reader, constitution, page):
    fill_gaps(constitution=constitution, prompt_set=make_set(slug="a"), model=REHEARSAL, at_least=1)
    exercise = Exercise.objects.first()
    assert "put the principle to the test" in reader.get(f"{page}check/").content.decode()
    reader.post(f"{page}check/", {"exercise": exercise.pk, "answer": "no"})
    exercise.refresh_from_db()
    assert exercise.is_right is False
    assert "right 0 of 1 times" in reader.get(page).content.decode()
    assert reader.post(f"{page}check/", {"exercise": exercise.pk, "answer": "maybe"}).status_code == 404
    assert reader.post(f"{page}check/", {"exercise": "0", "answer": "yes"}).status_code == 404


def test_who_cannot_say_is_shown_the_next_pair(reader, constitution, page):
    fill_gaps(constitution=constitution, prompt_set=make_set(slug="a"), model=REHEARSAL, at_least=1)
    first = next_check(constitution)
    reader.post(f"{page}check/", {"exercise": first.pk, "answer": "unsure"})
    assert next_check(constitution) != first
    assert "1 checked so far" in reader.get(f"{page}check/").content.decode()
    assert "Nobody has looked yet" in reader.get(page).content.decode()
