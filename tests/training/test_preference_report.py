"""What a run says about its judges: orders and judges compared, and figures made once."""

import pytest
from procrastinate.contrib.django.models import ProcrastinateJob

from tests.training.pairs import make_preference_run
from training.models import PreferenceReport
from training.preference_jobs import make_preference_report, report_or_queue
from training.preference_report import make_figures, report_of
from training.preferences import iterate_pairs

pytestmark = pytest.mark.usefixtures("var_dir")


def test_every_pair_is_counted_once():
    run = make_preference_run(8, answers=3)
    figures = report_of(run)
    assert figures["n_pairs"] == 3 * 8
    assert figures["n_prompts"] == 8
    assert sum(figures["statuses"].values()) == figures["n_pairs"]
    assert figures["sources"] == {"samples (3)": figures["n_pairs"] - figures["statuses"].get("identical", 0)}


def test_a_judge_that_only_likes_the_first_place_is_seen(monkeypatch):
    monkeypatch.setattr("training.rehearsal.choose_response", lambda responses, words, number: "A")
    orders = report_of(make_preference_run(14))["orders"]
    assert orders["agreement"]["share"] == 0
    assert orders["position"]["mean"] == orders["position"]["low"] == orders["position"]["high"] == 1


def test_each_judge_and_each_principle_has_a_row_with_its_counts():
    judges = [{"model": "rehearsal/demonstration"}, {"model": "rehearsal/second"}]
    figures = report_of(make_preference_run(10, principles=2, judges=judges))
    assert [row["judge"] for row in figures["judges"]] == ["rehearsal/demonstration", "rehearsal/second"]
    assert all(row["n_asked"] == row["n_read"] > 0 for row in figures["judges"])
    (between,) = figures["between_judges"]
    assert between["agreement"]["n"] > 0
    assert sum(row["n_pairs"] for row in figures["principles"]) == 2 * (
        figures["n_pairs"] - figures["statuses"].get("identical", 0)
    )


def test_judges_are_compared_about_the_earlier_answer_and_not_about_the_chosen_one(monkeypatch):
    monkeypatch.setattr("training.rehearsal.choose_response", prefer_first_in_alphabet)
    judges = [{"model": "rehearsal/demonstration"}, {"model": "rehearsal/second"}]
    (between,) = report_of(make_preference_run(12, judges=judges))["between_judges"]
    assert between["agreement"]["share"] == between["agreement"]["kappa"] == 1


def prefer_first_in_alphabet(responses, words, number) -> str:
    return "A" if responses[0] < responses[1] else "B"


def test_figures_are_kept_until_more_shards_are_finished(django_assert_num_queries):
    run = make_preference_run(3)
    made = report_of(run)
    with django_assert_num_queries(1):
        assert report_of(run) == made
    PreferenceReport.objects.update(n_shards=0)
    assert report_of(run) == made
    assert PreferenceReport.objects.count() == 1


def test_a_worker_makes_the_figures_of_a_large_run(monkeypatch):
    monkeypatch.setattr("training.preference_jobs.MOST_AT_ONCE", 2)
    run = make_preference_run(3)
    assert report_or_queue(run) is None
    assert report_or_queue(run) is None
    job = ProcrastinateJob.objects.get(task_name__endswith="make_preference_report")
    make_preference_report(**job.args)
    assert report_or_queue(run)["n_pairs"] == 3


def test_the_order_of_pairs_does_not_matter():
    pairs = list(iterate_pairs(make_preference_run(10)))
    figures, turned = make_figures(pairs), make_figures(reversed(pairs))
    assert figures["orders"]["agreement"] == pytest.approx(turned["orders"]["agreement"])


def test_a_run_without_finished_shards_has_empty_figures():
    figures = report_of(make_preference_run(2, is_executed=False))
    assert figures["n_pairs"] == 0
    assert figures["orders"]["agreement"]["kappa"] is None
