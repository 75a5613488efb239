"""The demonstration: the whole chain from votes to a comparison, and nothing new the second time."""

import pytest
from django.apps import apps
from django.core.management import call_command

from config.demonstration import load_demonstration
from constitution.models import Constitution
from evaluation.models import EvaluationRun
from training.models import GenerationRun
from voting.casting import cast_vote
from voting.models import Conversation
from voting.services import join

pytestmark = [pytest.mark.e2e, pytest.mark.django_db(transaction=True)]
CHAIN = ("voting", "analysis", "constitution", "training", "evaluation")


def count_rows() -> dict[str, int]:
    models = [model for name in CHAIN for model in apps.get_app_config(name).get_models()]
    return {model.__name__: model.objects.count() for model in models}


def test_the_demonstration_runs_through_and_repeats_without_change(tmp_path, settings, client, capsys):
    settings.VAR_DIR = tmp_path / "var"
    load_demonstration(progress=lambda line: None)

    conversation = Conversation.objects.get()
    assert conversation.participants.count() >= 400
    assert conversation.statements.count() >= 60
    constitution = Constitution.objects.get()
    assert constitution.is_adopted()
    assert constitution.analysis.k == 3
    assert GenerationRun.objects.get().status == GenerationRun.Status.FINISHED
    assert EvaluationRun.objects.filter(status=EvaluationRun.Status.FINISHED).count() == 4
    assert (settings.VAR_DIR / "demo" / "constitution" / "constitution.json").exists()
    assert (settings.VAR_DIR / "demo" / "dataset" / "preference" / "manifest.json").exists()

    visitor = join(conversation=conversation)
    cast_vote(participant=visitor, statement=conversation.statements.accepted().first(), choice=1)
    before = count_rows()
    call_command("load_demo")
    assert count_rows() == before

    link = capsys.readouterr().out.strip().splitlines()[-1].strip()
    client.post(link.removeprefix("http://127.0.0.1:8000"))
    assert client.get(f"/facilitate/{conversation.slug}/").status_code == 200
