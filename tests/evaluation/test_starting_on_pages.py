"""Variants and runs begun on the pages: what a signed-in person may do, and what only staff may."""

import pytest
from django.test import Client
from procrastinate.contrib.django.models import ProcrastinateJob

from evaluation.jobs import execute_evaluation_run
from evaluation.models import EvaluationRun, ModelVariant
from tests.factories import (
    make_adopted_constitution,
    make_conversation,
    make_facilitator,
    make_grouped_analysis,
    make_variant,
)

pytestmark = pytest.mark.django_db

REGISTER = "/research/variants/"
START = "/research/variants/x/runs/"
PLAIN = {"name": "Plain", "slug": "plain", "model": "rehearsal/demonstration"}
BBQ = {"task": "bbq", "seed": "0", "limit": "2"}
PAID = "anthropic/some-model"


@pytest.fixture
def reader(client):
    client.force_login(make_facilitator())
    return client


@pytest.fixture
def staff():
    client = Client()
    client.force_login(make_facilitator(is_staff=True))
    return client


def waiting():
    return ProcrastinateJob.objects.filter(task_name=execute_evaluation_run.name, status="todo").count()


def make_votes(**fields):
    return make_grouped_analysis({"A": [[9, 1, 0]]}, conversation=make_conversation(**fields)).conversation


def test_a_reader_registers_a_variant_with_a_constitution(reader):
    constitution = make_adopted_constitution()
    response = reader.post(REGISTER, PLAIN | {"constitution": constitution.pk}, follow=True)
    assert "“Plain” is registered." in response.content.decode()
    assert ModelVariant.objects.get().constitution == constitution


@pytest.mark.parametrize(
    ("field", "value", "told"),
    [
        ("model", "mystery/model", "known provider"),
        ("model", "anthropic", "whole model name"),
        ("slug", "taken", "already exists"),
        ("slug", "not a slug", "valid “slug”"),
        ("constitution", "987654", "valid choice"),
    ],
)
def test_a_wrong_variant_is_refused_at_its_field(reader, field, value, told):
    make_variant(slug="taken")
    response = reader.post(REGISTER, PLAIN | {field: value})
    assert response.status_code == 422
    assert told in response.content.decode()
    assert ModelVariant.objects.count() == 1


def test_only_staff_say_where_a_model_is_served(reader, staff):
    address = {"base_url": "http://127.0.0.1:9/v1"}
    reader.post(REGISTER, PLAIN | address)
    staff.post(REGISTER, PLAIN | address | {"slug": "served"})
    assert ModelVariant.objects.get(slug="plain").base_url == ""
    assert ModelVariant.objects.get(slug="served").base_url == address["base_url"]


def test_only_staff_register_a_folder_of_the_server(reader, staff):
    local = PLAIN | {"model": "hf//srv/models/small"}
    response = reader.post(REGISTER, local)
    assert response.status_code == 422
    assert "Only staff may name a folder of this server." in response.content.decode()
    staff.post(REGISTER, local)
    assert ModelVariant.objects.get().model == local["model"]


def test_the_constitution_of_a_strangers_draft_is_not_offered(reader):
    hidden = make_adopted_constitution(conversation=make_conversation(status="draft"))
    assert reader.post(REGISTER, PLAIN | {"constitution": hidden.pk}).status_code == 422


def test_a_rehearsal_is_queued_once_and_finished_by_a_worker(reader, own_var):
    make_variant(slug="x")
    assert "is queued" in reader.post(START, BBQ, follow=True).content.decode()
    assert "waiting already" in reader.post(START, BBQ, follow=True).content.decode()
    run = EvaluationRun.objects.get()
    assert (run.status, waiting()) == ("queued", 1)
    execute_evaluation_run(run.pk)
    assert "finished already" in reader.post(START, BBQ, follow=True).content.decode()


def test_only_staff_start_a_run_that_costs_money(reader, staff, own_var):
    make_variant(slug="x", model=PAID)
    assert reader.post(START, BBQ).status_code == 403
    assert "Only staff may start" in reader.get("/research/variants/x/").content.decode()
    assert staff.post(START, BBQ).status_code == 302
    assert waiting() == 1


def test_a_missing_key_is_said_in_the_form(staff, own_var, monkeypatch):
    monkeypatch.delenv("ANTHROPIC_API_KEY")
    make_variant(slug="x", model=PAID)
    response = staff.post(START, BBQ)
    assert response.status_code == 422
    assert "Set the environment variable ANTHROPIC_API_KEY" in response.content.decode()
    assert not EvaluationRun.objects.exists()


def test_own_statements_are_asked_of_conversations_whose_results_are_public(reader, own_var):
    make_variant(slug="x")
    hidden, shown = make_votes(results_shown="hidden"), make_votes()
    own_statements = {"task": "own_statements", "seed": "0"}
    assert reader.post(START, own_statements | {"conversation": hidden.pk}).status_code == 422
    assert reader.post(START, own_statements).status_code == 422
    assert reader.post(START, own_statements | {"conversation": shown.pk}).status_code == 302


def test_a_stopped_run_goes_on(reader, own_var):
    variant = make_variant(slug="x")
    reader.post(START, BBQ)
    ProcrastinateJob.objects.all()._raw_delete("default")
    EvaluationRun.objects.update(status="failed", error="gone")
    address = f"{START}{variant.runs.get().pk}/go-on/"
    assert address in reader.get("/research/variants/x/").content.decode()
    reader.post(address)
    assert (variant.runs.get().status, waiting()) == ("queued", 1)


def test_a_stranger_starts_nothing(client):
    make_variant(slug="x")
    for address in (REGISTER, START):
        assert "login" in client.post(address, BBQ).url
    assert not EvaluationRun.objects.exists()
