"""How sure the groups of an analysis are, in words."""

import pytest
from django.urls import reverse

from analysis.models import Analysis
from analysis.services import run_analysis
from analysis.stability import find_stability
from tests.factories import make_divided_conversation


def analysis_with(median: float | None, **more: object) -> Analysis:
    measured = {
        "n_draws": 200,
        "group_agreement": {"median": median, "low": 0.1, "high": 0.9},
        "top_n": 10,
        "sensitivity": [],
        **more,
    }
    return Analysis(uncertainty=measured)


@pytest.mark.parametrize(
    ("median", "words"), [(0.95, "These groups hold:"), (0.6, "hold in their core"), (0.2, "are uncertain")]
)
def test_the_sentence_follows_the_likeness(median, words):
    assert words in find_stability(analysis_with(median)).sentence


def test_nothing_is_said_that_was_not_measured():
    assert find_stability(Analysis(uncertainty=None)) is None
    assert find_stability(analysis_with(None)) is None


def test_other_choices_are_put_in_words():
    variants = [
        {"choice": choice, "value": value, "group_agreement": 0.5, "top_kept": 0.8, "level_change": 0.1}
        for choice, value in (("k", 3), ("seed", 1), ("seed", 2), ("imputation", "pass"))
    ]
    stability = find_stability(analysis_with(0.9, sensitivity=variants))
    assert [other.what for other in stability.alternatives] == [
        "3 groups", "Unseen taken for a pass", "Another start, worst of 2",
    ]  # fmt: skip
    assert [other.percent_kept for other in stability.alternatives] == [80, 80, 80]


@pytest.mark.django_db
def test_results_show_how_stable_the_groups_are(client):
    conversation = make_divided_conversation(n_people=24)
    run_analysis(conversation=conversation, lock_k=2)
    content = client.get(reverse("analysis:results", args=[conversation.slug])).content.decode()
    assert "These groups hold" in content
    assert "What other choices would change" in content


@pytest.mark.django_db
def test_an_analysis_without_uncertainty_still_has_its_page(client, monkeypatch):
    monkeypatch.setattr("opinion.uncertainty.MOST_VOTES_BY_DEFAULT", 0)
    conversation = make_divided_conversation(n_people=24)
    analysis = run_analysis(conversation=conversation, lock_k=2)
    assert Analysis.objects.get(pk=analysis.pk).uncertainty is None
    response = client.get(reverse("analysis:results", args=[conversation.slug]))
    assert response.status_code == 200
    assert "These groups hold" not in response.content.decode()
