"""The public's votes of Collective Constitutional AI, from the files to the analysis."""

import csv

import pytest

from analysis.services import run_analysis
from voting.exchange import import_polis, read_ids

pytestmark = [pytest.mark.django_db, pytest.mark.e2e]


@pytest.fixture
def ccai(shared):
    folder = shared / "data" / "ccai"
    excluded = read_ids(folder / "ids-to-toss.csv")
    return import_polis(directory=folder, slug="ccai", exclude=excluded, min_votes=26).conversation


def published_groups(shared):
    with (shared / "data" / "ccai" / "participants-votes.csv").open(encoding="utf-8") as file:
        return {int(row["participant"]): row["group-id"] for row in csv.DictReader(file)}


def test_two_groups_agree_with_those_that_were_published(ccai, shared):
    from sklearn.metrics import adjusted_rand_score

    published = published_groups(shared)
    analysis = run_analysis(conversation=ccai, lock_k=2)
    assert (analysis.n_participants, analysis.n_statements, analysis.n_votes) == (1_002, 275, 34_563)
    found = analysis.positions.values_list("participant__number", "group_number")
    numbers, groups = zip(*found, strict=True)
    assert adjusted_rand_score([published[number] for number in numbers], groups) >= 0.90


def test_the_published_groups_give_the_published_consensus(ccai):
    analysis = run_analysis(conversation=ccai, use_published_groups=True)
    assert [group.size for group in analysis.groups.all()] == [639, 363]
    assert analysis.results.filter(gac__gt=0.723).count() == 86
    best = analysis.results.order_by("-gac").values_list("statement__number", "gac")[:3]
    assert [(number, round(gac, 4)) for number, gac in best] == [(274, 0.9111), (44, 0.9043), (191, 0.8971)]
