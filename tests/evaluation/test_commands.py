"""The commands of evaluation: one summary each, and clear sentences for mistakes."""

from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from evaluation.models import ModelVariant
from evaluation.services import run_evaluation
from tests.factories import make_adopted_constitution, make_grouped_analysis, make_variant

pytestmark = pytest.mark.django_db


def said(*arguments):
    out = StringIO()
    call_command(*arguments, stdout=out)
    return out.getvalue()


def test_registering_names_the_constitution_behind_the_variant():
    constitution = make_adopted_constitution()
    slug = constitution.conversation.slug
    told = said("register_variant", "shaped", "--model", "rehearsal/demonstration", "--constitution", slug)
    assert told == f"shaped: rehearsal/demonstration, {slug}@1.\n"
    assert ModelVariant.objects.get().constitution == constitution


def test_registering_twice_is_harmless_and_another_model_is_refused():
    said("register_variant", "plain", "--model", "rehearsal/demonstration")
    said("register_variant", "plain", "--model", "rehearsal/demonstration")
    with pytest.raises(CommandError, match="choose a new slug"):
        said("register_variant", "plain", "--model", "rehearsal/other")


def test_an_unknown_constitution_is_an_error():
    with pytest.raises(CommandError, match="nowhere"):
        said("register_variant", "plain", "--model", "rehearsal/demonstration", "--constitution", "nowhere")


def test_a_run_prints_each_measure_and_a_summary(own_var):
    make_variant(slug="plain")
    lines = said("run_evaluation", "bbq", "plain").splitlines()
    assert lines[0].startswith("Accuracy, ambiguous questions: 0.")
    assert "; n = 12)" in lines[0]
    assert lines[-1].endswith("24 samples, 0 not readable.")


def test_a_run_tells_how_far_it_is(own_var):
    make_variant(slug="plain")
    told = StringIO()
    call_command("run_evaluation", "bbq", "plain", stdout=StringIO(), stderr=told)
    assert told.getvalue().splitlines()[-1] == "24 of 24 answers"


def test_a_run_on_a_conversation_that_does_not_exist_is_an_error(own_var):
    make_variant(slug="plain")
    with pytest.raises(CommandError, match="no conversation “nowhere”"):
        said("run_evaluation", "own_statements", "plain", "--conversation", "nowhere")


def test_a_run_by_an_unknown_variant_is_an_error():
    with pytest.raises(CommandError, match="register_variant"):
        said("run_evaluation", "bbq", "nobody")


def test_bbq_from_a_file_that_is_not_there_is_an_error(own_var):
    make_variant(slug="plain")
    with pytest.raises(CommandError, match="no BBQ file there"):
        said("run_evaluation", "bbq", "plain", "--data", "/nowhere.jsonl")


def test_a_missing_key_says_what_to_set(own_var, monkeypatch):
    monkeypatch.delenv("ANTHROPIC_API_KEY")
    make_variant(slug="claude", model="anthropic/some-model")
    with pytest.raises(CommandError, match="Set the environment variable ANTHROPIC_API_KEY"):
        said("run_evaluation", "bbq", "claude")


def test_an_unreachable_server_stops_the_run_with_its_reason(own_var, monkeypatch):
    monkeypatch.setitem(run_evaluation.__kwdefaults__, "retries", 0)
    make_variant(slug="gone", model="openai-api/local/model", base_url="http://127.0.0.1:9/v1")
    with pytest.raises(CommandError, match="run again to go on"):
        said("run_evaluation", "bbq", "gone", "--limit", "1")


def test_comparing_prints_a_table(own_var):
    analysis = make_grouped_analysis({"A": [[9, 1, 0]] * 5, "B": [[1, 9, 0]] * 5})
    for slug in ("a", "b"):
        make_variant(slug=slug, model=f"rehearsal/{slug}")
        said("run_evaluation", "own_statements", slug, "--conversation", analysis.conversation.slug)
    told = said("compare_variants", "a", "b")
    assert "Similarity to group B" in told
    assert "rehearsal, prepared answers" in told


def test_a_variant_is_not_compared_with_itself():
    make_variant(slug="a")
    with pytest.raises(CommandError, match="two different"):
        said("compare_variants", "a", "a")
