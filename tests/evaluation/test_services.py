"""Variants and runs: asked once, scored with intervals, resumed after any failure."""

import json

import pytest

from evaluation.jobs import execute_evaluation_run
from evaluation.models import EvaluationRun, ModelVariant, Score
from evaluation.services import (
    NotAdopted,
    VariantExists,
    execute_run,
    folder_of,
    load_data,
    prepare_run,
    register_variant,
    run_evaluation,
)
from evaluation.tasks.base import TaskDataError
from tests.factories import (
    make_adopted_constitution,
    make_conversation,
    make_draft_constitution,
    make_grouped_analysis,
    make_variant,
)
from tests.provider_server import Fault, provider_server
from training.providers import ModelUnavailable

pytestmark = pytest.mark.django_db

VOTES = {"A": [[9, 1, 0]] * 4, "B": [[1, 9, 0]] * 4}


def served_by(server, protocol):
    """A variant whose model is a local server speaking one of the two protocols."""
    if protocol == "anthropic":
        return make_variant(model="anthropic/local-model", base_url=server.anthropic_url)
    return make_variant(model="openai-api/local/model", base_url=server.openai_url)


def test_the_same_variant_registered_twice_is_one():
    told = {"slug": "plain", "name": "Plain", "model": "rehearsal/demonstration"}
    assert register_variant(**told) == register_variant(**told)
    assert ModelVariant.objects.count() == 1


def test_a_slug_cannot_come_to_mean_another_model():
    register_variant(slug="plain", name="Plain", model="rehearsal/demonstration")
    with pytest.raises(VariantExists, match="another model"):
        register_variant(slug="plain", name="Plain", model="rehearsal/other")


def test_a_draft_constitution_cannot_stand_behind_a_variant():
    with pytest.raises(NotAdopted, match="adopt it first"):
        register_variant(slug="draft", name="", model="rehearsal/x", constitution=make_draft_constitution())


def test_an_unknown_provider_is_refused_before_anything_is_stored():
    with pytest.raises(ModelUnavailable, match="known provider"):
        register_variant(slug="odd", name="", model="mystery/model")
    assert not ModelVariant.objects.exists()


def test_a_missing_key_is_said_before_anything_is_stored(own_var, monkeypatch):
    monkeypatch.delenv("ANTHROPIC_API_KEY")
    with pytest.raises(ModelUnavailable, match="ANTHROPIC_API_KEY"):
        run_evaluation(variant=make_variant(model="anthropic/local-model"), task="bbq")
    assert not EvaluationRun.objects.exists()


def test_the_rehearsal_model_runs_bbq_with_scores_and_intervals(own_var):
    run = run_evaluation(variant=make_variant(), task="bbq")
    assert (run.status, run.is_rehearsal, run.n_samples, run.n_missing) == ("finished", True, 24, 0)
    assert run.scores.count() == 24
    accuracy = run.measures[0]
    assert (accuracy["name"], accuracy["n"]) == ("accuracy_ambiguous", 12)
    assert accuracy["low"] <= accuracy["value"] <= accuracy["high"]
    assert (own_var / run.log).is_file()
    assert run.token_use["output"] > 0


def test_the_rehearsal_model_answers_own_statements(own_var):
    analysis = make_grouped_analysis(VOTES)
    run = run_evaluation(variant=make_variant(), task="own_statements", conversation=analysis.conversation)
    assert (run.n_missing, run.parameters["analysis"]) == (0, analysis.number)
    assert [measure["category"] for measure in run.measures] == ["A", "B"]


@pytest.mark.parametrize("protocol", ["anthropic", "openai"])
def test_a_local_server_is_asked_under_its_own_protocol(own_var, protocol):
    analysis = make_grouped_analysis(VOTES)
    with provider_server(reply=lambda messages: "I agree.") as server:
        run = run_evaluation(
            variant=served_by(server, protocol), task="own_statements", conversation=analysis.conversation
        )
    assert (run.status, run.error, server.n_answered) == ("finished", "", 4)
    similar_a, similar_b = (measure["value"] for measure in run.measures)
    assert similar_a > 0.7 > 0.4 > similar_b
    assert run.token_use == {"input": 44, "output": 28}


def test_the_constitution_is_the_system_prompt(own_var):
    constitution = make_adopted_constitution()
    make_grouped_analysis(VOTES, conversation=constitution.conversation)
    with provider_server(reply=lambda messages: "agree") as server:
        variant = served_by(server, "openai")
        ModelVariant.objects.filter(pk=variant.pk).update(constitution=constitution)
        variant.refresh_from_db()
        run_evaluation(variant=variant, task="own_statements")
    system, user = server.bodies[0]["messages"]
    assert (system["role"], user["role"]) == ("system", "user")
    assert "promise number 1" in system["content"]


def test_the_same_run_again_asks_nothing(own_var):
    analysis = make_grouped_analysis(VOTES)
    with provider_server(reply=lambda messages: "agree") as server:
        told = {"task": "own_statements", "conversation": analysis.conversation}
        variant = served_by(server, "openai")
        first = run_evaluation(variant=variant, **told)
        again = run_evaluation(variant=variant, **told)
        another_seed = run_evaluation(variant=variant, seed=1, **told)
    assert first.pk == again.pk != another_seed.pk
    assert server.n_calls == 8


def test_epochs_ask_again_and_become_shares(own_var):
    analysis = make_grouped_analysis({"A": [[1, 1, 0]]})
    with provider_server(reply=lambda messages: "agree") as server:
        run = run_evaluation(
            variant=served_by(server, "openai"),
            task="own_statements",
            conversation=analysis.conversation,
            epochs=3,
        )
    assert server.n_calls == 3
    assert run.scores.get().details["counts"] == [3, 0, 0]


def test_an_unreadable_and_a_refusing_answer_are_missing_and_not_wrong(own_var):
    faults = {1: Fault(text=""), 2: Fault(text="I will not answer.", refuses=True)}
    with provider_server(reply=lambda messages: "(A)", faults=faults) as server:
        run = run_evaluation(variant=served_by(server, "anthropic"), task="bbq")
    assert (run.status, run.n_missing) == ("finished", 2)
    assert Score.objects.filter(run=run, value=None).count() == 2
    in_all = [measure for measure in run.measures if measure["category"] == "all"]
    accuracy = [measure for measure in in_all if measure["name"].startswith("accuracy")]
    assert sum(measure["n"] for measure in accuracy) == 22


def test_an_unreachable_model_fails_the_run_and_the_run_goes_on_later(own_var):
    analysis = make_grouped_analysis(VOTES)
    told = {"task": "own_statements", "conversation": analysis.conversation, "retries": 0}
    with provider_server(reply=lambda messages: "agree", always=Fault(status=500)) as server:
        variant = served_by(server, "openai")
        failed = run_evaluation(variant=variant, **told)
        assert failed.status == "failed"
        assert "500" in failed.error
        assert not failed.scores.exists()
        server.always = None
        finished = run_evaluation(variant=variant, **told)
    assert (finished.pk, finished.status, finished.error) == (failed.pk, "finished", "")
    assert server.n_answered == 4


def test_a_busy_server_is_asked_again(own_var):
    analysis = make_grouped_analysis(VOTES)
    faults = {1: Fault(status=429, headers={"retry-after": "0"}), 3: Fault(drops=True)}
    with provider_server(reply=lambda messages: "agree", faults=faults) as server:
        run = run_evaluation(
            variant=served_by(server, "anthropic"), task="own_statements", conversation=analysis.conversation
        )
    assert (run.status, server.n_answered) == ("finished", 4)


def test_all_that_is_asked_stands_in_a_file_before_the_first_question(own_var):
    variant = make_variant()
    options = {"data": None, "conversation": None, "analysis": None, "limit": 5, "seed": 2}
    data = load_data("bbq", variant=variant, **options)
    run = prepare_run(variant=variant, task="bbq", data=data, seed=2, epochs=1, limit=5)
    kept = json.loads((folder_of(run) / "questions.json").read_text())
    assert (run.status, len(kept["samples"])) == ("queued", 5)
    assert sorted(kept["samples"][0]["metadata"]["order"]) == [0, 1, 2]


def test_a_worker_finishes_a_prepared_run_and_repeating_the_job_does_no_harm(own_var):
    variant = make_variant()
    options = {"data": None, "conversation": None, "analysis": None, "limit": 5, "seed": 0}
    data = load_data("bbq", variant=variant, **options)
    run = prepare_run(variant=variant, task="bbq", data=data, seed=0, epochs=1, limit=5)
    execute_evaluation_run(run.pk)
    execute_evaluation_run(run.pk)
    run.refresh_from_db()
    assert (run.status, run.scores.count()) == ("finished", 5)


def test_a_job_that_breaks_says_so_on_the_run(own_var):
    variant = make_variant()
    options = {"data": None, "conversation": None, "analysis": None, "limit": 5, "seed": 0}
    data = load_data("bbq", variant=variant, **options)
    run = prepare_run(variant=variant, task="bbq", data=data, seed=0, epochs=1, limit=5)
    (folder_of(run) / "questions.json").unlink()
    execute_evaluation_run(run.pk)
    run.refresh_from_db()
    assert run.status == "failed"
    assert "questions.json" in run.error


def test_a_finished_run_is_left_as_it_is(own_var):
    run = run_evaluation(variant=make_variant(), task="bbq", limit=4)
    finished_at = run.finished_at
    assert execute_run(run=run).finished_at == finished_at


def test_own_statements_need_a_conversation_and_an_analysis(own_var):
    with pytest.raises(TaskDataError, match="Name the conversation"):
        run_evaluation(variant=make_variant(), task="own_statements")
    with pytest.raises(TaskDataError, match="no analysis yet"):
        run_evaluation(variant=make_variant(), task="own_statements", conversation=make_conversation())


def test_unknown_tasks_and_impossible_numbers_are_refused(own_var):
    with pytest.raises(TaskDataError, match="no task"):
        run_evaluation(variant=make_variant(), task="mystery")
    with pytest.raises(TaskDataError, match="from 1"):
        run_evaluation(variant=make_variant(), task="bbq", limit=0)
