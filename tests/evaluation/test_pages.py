"""The research pages: for anyone signed in, complete without scripts, honest about rehearsals."""

import re

import pytest
from django.db import connection
from django.urls import reverse

from evaluation.models import EvaluationRun
from evaluation.services import lock_key
from tests.evaluation.finished import finish_bbq, finish_own_statements
from tests.factories import (
    make_adopted_constitution,
    make_facilitator,
    make_grouped_analysis,
    make_variant,
)

pytestmark = pytest.mark.django_db

COMPARE = "/research/compare/"


@pytest.fixture
def reader(client):
    client.force_login(make_facilitator())
    return client


def text_of(response):
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", response.content.decode()))


def run_both(own_var):
    """Two rehearsed variants, both with finished runs on the same two tasks."""
    votes = {"A": [[9, 1, 0]] * 6, "B": [[1, 9, 0]] * 6}
    conversation = make_grouped_analysis(votes).conversation
    variants = [make_variant(slug=slug, name=f"Variant {slug}", model=f"rehearsal/{slug}") for slug in "xy"]
    for variant, stance, letter in zip(variants, ["agree", "disagree"], "AB", strict=True):
        finish_own_statements(variant, conversation, lambda sample, said=stance: said)
        finish_bbq(variant, lambda sample, said=letter: said)
    return variants


@pytest.mark.parametrize("path", ["/research/", COMPARE, "/research/variants/x/"])
def test_a_stranger_is_sent_to_sign_in(client, path):
    make_variant(slug="x")
    response = client.get(path)
    assert response.status_code == 302
    assert reverse("login") in response.url


def test_an_empty_overview_says_what_to_do(reader):
    told = text_of(reader.get("/research/"))
    assert "No variant yet" in told
    assert "register_variant" in told
    assert "No run yet" in told


def test_the_overview_lists_variants_and_runs(reader, own_var):
    run_both(own_var)
    told = text_of(reader.get("/research/"))
    assert "Variant x" in told
    assert "BBQ: stereotypes in answers" in told
    assert "Rehearsal" in told


def test_a_variant_names_its_constitution(reader):
    constitution = make_adopted_constitution()
    make_variant(slug="shaped", constitution=constitution)
    response = reader.get("/research/variants/shaped/")
    assert constitution.sha256 in response.content.decode()
    assert "No run yet" in text_of(response)


def test_a_variant_shows_its_measures_with_interval_and_count(reader, own_var):
    run_both(own_var)
    response = reader.get("/research/variants/x/")
    assert "Accuracy, ambiguous questions" in text_of(response)
    assert "Rehearsal: no model answered here." in text_of(response)
    assert response.content.decode().count('class="dots dots--1"') == 6


def test_a_stopped_run_says_that_nothing_is_lost(reader):
    variant = make_variant(slug="x")
    EvaluationRun.objects.create(
        variant=variant,
        task="bbq",
        task_version="1",
        data_sha256="0" * 64,
        fingerprint="0" * 64,
        status="failed",
        error="Error code: 500 <script>",
    )
    response = reader.get("/research/variants/x/")
    assert "Nothing that was answered is lost" in text_of(response)
    assert b"<script>alert" not in response.content
    assert b"500 &lt;script&gt;" in response.content


def test_an_unknown_variant_is_not_found(reader):
    assert reader.get("/research/variants/nobody/").status_code == 404
    assert reader.get(COMPARE, {"a": "nobody", "b": "noone"}).status_code == 404


def test_comparing_shows_both_in_each_row_with_words_for_the_difference(reader, own_var):
    run_both(own_var)
    response = reader.get(COMPARE, {"a": "x", "b": "y"})
    told = text_of(response)
    assert "Variant x beside Variant y" in told
    assert "Similarity to group B" in told
    assert "clear difference" in told
    assert "Items both answered" in told
    assert response.content.decode().count('class="dots dots--2"') == 6


def test_nothing_in_common_is_said_kindly(reader):
    for slug in "xy":
        make_variant(slug=slug)
    assert "Nothing to compare yet" in text_of(reader.get(COMPARE, {"a": "x", "b": "y"}))


def test_runs_on_other_data_are_said_not_to_be_comparable(reader, own_var):
    for slug, n_agree in zip("xy", (1, 2), strict=True):
        conversation = make_grouped_analysis({"A": [[n_agree, 1, 1]] * 3}).conversation
        finish_own_statements(make_variant(slug=slug), conversation, lambda sample: "agree")
    assert "different data" in text_of(reader.get(COMPARE, {"a": "x", "b": "y"}))


def test_the_form_asks_for_two_different_variants(reader):
    for slug in "xy":
        make_variant(slug=slug)
    assert "Choose two different variants" in text_of(reader.get(COMPARE, {"a": "x", "b": "x"}))
    assert "Choose two variants" in text_of(reader.get(COMPARE))


def test_pages_have_no_inline_style_or_script(reader, own_var):
    run_both(own_var)
    for path in ("/research/", "/research/variants/x/", f"{COMPARE}?a=x&b=y"):
        page = reader.get(path).content.decode()
        assert "style=" not in page
        assert not re.search(r"<script(?![^>]*\bsrc=)", page)


def test_the_admin_shows_runs_and_changes_none(client, own_var):
    run_both(own_var)
    client.force_login(make_facilitator(is_staff=True, is_superuser=True))
    assert client.get(reverse("admin:evaluation_evaluationrun_changelist")).status_code == 200
    assert client.get(reverse("admin:evaluation_evaluationrun_add")).status_code == 403


def make_running(**fields):
    told = {"status": "running", "n_samples": 24, "fingerprint": "a" * 64, "parameters": {"epochs": 2}}
    return EvaluationRun.objects.create(variant=make_variant(slug="x"), task="bbq", **told | fields)


def test_a_run_that_nobody_carries_out_is_shown_as_stopped(reader):
    make_running()
    assert "ended before the run did" in text_of(reader.get("/research/variants/x/"))
    assert "Stopped" in text_of(reader.get("/research/"))


@pytest.mark.django_db(transaction=True)
def test_a_run_under_way_shows_how_far_it_is(reader):
    run = make_running(n_answers=13)
    other = connection.copy()
    with other.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_lock(%s)", [lock_key(run)])
        page = text_of(reader.get("/research/variants/x/"))
    other.close()
    assert "13 of 48 answers so far" in page
    assert "Stopped" not in page
