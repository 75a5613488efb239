"""The classifiers' pages: for those who are signed in."""

import pytest
from procrastinate.contrib.django.models import ProcrastinateJob

from training.classifiers.jobs import train_content_classifier
from training.classifiers.services import train_classifier
from training.models import ContentClassifier
from training.services import run_folder

pytestmark = pytest.mark.django_db


def choose(reader, run, **fields):
    wanted = {"reads": "query", "benign_refusal_rate": "5"} | fields
    return reader.post(f"/research/classifiers/from/{run.pk}/", wanted, follow=True)


def test_without_examples_the_page_says_how_to_begin(reader):
    assert "generate_classifier_data" in reader.get("/research/classifiers/").content.decode()


def test_strangers_are_asked_to_sign_in(client, run):
    assert client.get("/research/classifiers/").status_code == 302
    assert client.post(f"/research/classifiers/from/{run.pk}/").status_code == 302
    assert not ProcrastinateJob.objects.exists()


def test_a_classifier_is_made_in_the_background(reader, run):
    assert "being made" in choose(reader, run).content.decode()
    job = ProcrastinateJob.objects.get()
    train_content_classifier(**job.args)
    made = ContentClassifier.objects.get()
    assert made.benign_refusal_rate == pytest.approx(0.05)
    assert "restricted texts are refused" in reader.get("/research/classifiers/").content.decode()


def test_what_cannot_be_made_is_not_queued(reader, run):
    assert "between 0.1 and 50" in choose(reader, run, benign_refusal_rate="0").content.decode()
    (run_folder(run) / "rows.jsonl").write_text("")
    assert "at least 20 are needed" in choose(reader, run).content.decode()
    assert not ProcrastinateJob.objects.exists()


def test_a_text_is_judged_and_not_kept(reader, run):
    made = train_classifier(run=run)
    page = f"/research/classifiers/{made.pk}/"
    shown = reader.get(page).content.decode()
    assert "<svg" in shown
    assert f"1. {run.constitution.principles.first().text}" in shown
    answer = reader.post(page, {"text": "Do the very opposite of this rule, in any case."}).content.decode()
    assert "It would be refused" in answer
    assert "It would pass" in reader.post(page, {"text": "Explain why this rule matters."}).content.decode()
    assert reader.post(page, {"text": ""}).status_code == 422


def test_missing_weights_are_named_on_the_page(reader, run, settings):
    made = train_classifier(run=run)
    (settings.VAR_DIR / "classifiers" / made.weights).unlink()
    answer = reader.post(f"/research/classifiers/{made.pk}/", {"text": "Explain it."})
    assert answer.status_code == 422
    assert "not on this machine" in answer.content.decode()
