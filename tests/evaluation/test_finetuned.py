"""A finished fine-tuning becomes exactly one variant, with all it comes from; the command does both."""

import pytest
from django.core.management import CommandError, call_command
from django.urls import reverse

from evaluation.finetuned import NotTrained, register_finetuned, register_waiting
from evaluation.models import ModelVariant
from evaluation.services import VariantExists, latest_analysis
from tests.factories import make_adopted_constitution, make_facilitator, make_variant
from training.models import FineTuningRun

pytestmark = pytest.mark.django_db


def make_finetuning(**fields) -> FineTuningRun:
    constitution = make_adopted_constitution()
    entry = {"folder": "/data/sft", "manifest_sha256": "1" * 64, "format": "sft", "is_rehearsal": False}
    entry |= {"generation_run": "00000000-0000-0000-0000-000000000000"}
    defaults = {
        "fingerprint": "f" * 64,
        "name": "Tiny, sft",
        "constitution": constitution,
        "recipe_name": "sft",
        "recipe": {"stages": [{"kind": "sft"}]},
        "recipe_sha256": "2" * 64,
        "base_model": "/models/tiny",
        "base_model_sha256": "3" * 64,
        "datasets": {"sft": entry},
        "code_version": "test",
        "status": "finished",
        "result": {"device": "CPU", "versions": {"torch": "2"}},
    }
    return FineTuningRun.objects.create(**(defaults | fields))


def test_a_variant_names_all_that_it_comes_from():
    run = make_finetuning()
    variant = register_finetuned(run=run)
    assert variant.model == f"hf/finetuning/{run.pk}/model"
    assert variant.constitution is None
    ancestry = variant.ancestry
    assert ancestry["base_model"] == {"name": "/models/tiny", "sha256": "3" * 64}
    assert ancestry["recipe"]["sha256"] == "2" * 64
    assert ancestry["datasets"]["sft"]["manifest_sha256"] == "1" * 64
    assert ancestry["constitution"]["sha256"] == run.constitution.sha256
    assert ancestry["code_version"] == "test"


def test_its_page_names_all_of_that_too(client):
    variant = register_finetuned(run=make_finetuning())
    client.force_login(make_facilitator())
    page = client.get(reverse("evaluation:variant", args=[variant.slug])).content.decode()
    for words in ("Trained on", "not shown when the variant is asked", ">tiny<", "by the recipe sft"):
        assert words in page
    assert "Trained on" in client.get(reverse("evaluation:overview")).content.decode()


def test_it_is_asked_about_the_conversation_it_was_trained_on():
    variant = register_finetuned(run=make_finetuning())
    conversation = variant.trained_by.constitution.conversation
    assert latest_analysis(variant, None).conversation == conversation


def test_what_is_not_finished_is_no_variant():
    with pytest.raises(NotTrained, match="is paused"):
        register_finetuned(run=make_finetuning(status="paused"))


def test_the_periodic_job_registers_each_once():
    make_finetuning()
    make_finetuning(fingerprint="e" * 64, status="running")
    assert (register_waiting(), register_waiting()) == (1, 0)
    assert ModelVariant.objects.count() == 1


def test_a_name_that_is_taken_is_refused_or_made_longer():
    taken = make_variant(slug="tiny-sft")
    run = make_finetuning()
    with pytest.raises(VariantExists, match="tiny-sft"):
        register_finetuned(run=run, slug=taken.slug)
    assert register_finetuned(run=run).slug.startswith("tiny-sft-")


@pytest.mark.parametrize(
    ("arguments", "complaint"),
    [
        (["sft", "--base-model", "/nowhere"], "is no folder with a model"),
        (["sft", "--base-model", "some/model@main"], "allow the download"),
        (["none", "--base-model", "/nowhere"], "There is no recipe “none”"),
        (["sft", "--base-model", "/nowhere", "--dataset", "sft"], "write NAME=FOLDER"),
    ],
)
def test_the_command_says_what_is_wrong(arguments, complaint):
    with pytest.raises(CommandError, match=complaint):
        call_command("train_variant", *arguments)
