"""Our numbers beside those others published for the same votes: Polis's server, red-dwarf, CCAI."""

import json

import numpy as np
import pytest

from opinion import OpinionMap, analyze
from tests.opinion.conversations import (
    POLIS_MATH,
    RED_DWARF,
    read_ccai,
    read_matrix,
    read_polis_math,
    read_red_dwarf_input,
    read_rows,
)


@pytest.fixture(params=POLIS_MATH)
def polis(request, shared) -> tuple[OpinionMap, dict]:
    """Our map with Polis's groups and moderation, and what Polis's server answered."""
    conversation, answer = read_polis_math(shared, request.param)
    metadata = answer["meta_tids"]
    found = analyze(
        conversation.votes,
        groups=conversation.groups,
        moderated_out=conversation.left_out,
        metadata=metadata,
        uncertainty=False,
    )
    return found, answer


def places(found: OpinionMap, statement_ids: list[int]) -> np.ndarray:
    return np.searchsorted(found.statement_ids, statement_ids)


def by_statement(found: OpinionMap, values: np.ndarray, published: dict[str, float]) -> np.ndarray:
    return values[places(found, [int(statement) for statement in published])]


def signs(found: OpinionMap, answer: dict) -> np.ndarray:
    """Polis's components as ours: 1 or −1 each, their sign being free."""
    ours = found.components[:, places(found, answer["tids"])]
    return np.sign((ours * np.array(answer["pca"]["comps"])).sum(axis=1))


def test_center_is_that_of_polis(polis):
    found, answer = polis
    # Polis counts agreement as −1 inside.
    expected = -np.array(answer["pca"]["center"])
    assert found.center[places(found, answer["tids"])] == pytest.approx(expected, abs=1e-12)


def test_components_are_those_of_polis(polis):
    found, answer = polis
    ours, theirs = found.components[:, places(found, answer["tids"])], np.array(answer["pca"]["comps"])
    cosines = np.abs((ours * theirs).sum(axis=1)) / np.linalg.norm(theirs, axis=1)
    assert (cosines > 0.999999).all()


def test_base_clusters_stand_where_polis_has_them(polis):
    found, answer = polis
    base = answer["base_clusters"]
    centers = [
        found.positions[np.searchsorted(found.participant_ids, m)].mean(axis=0) for m in base["members"]
    ]
    theirs = -signs(found, answer) * np.array([base["x"], base["y"]]).T
    assert np.array(centers) == pytest.approx(theirs, abs=1e-9)


def test_statements_stand_where_polis_has_them(polis):
    found, answer = polis
    ours = found.statement_positions[places(found, answer["tids"])]
    theirs = -signs(found, answer) * np.array(answer["pca"]["comment_projection"]).T
    assert ours == pytest.approx(theirs, abs=1e-9)
    extremity = found.extremity[places(found, answer["tids"])]
    assert extremity == pytest.approx(answer["pca"]["comment_extremity"], abs=1e-9)


def test_group_votes_are_those_of_polis(polis):
    found, answer = polis
    seen = found.agrees + found.disagrees + found.passes
    for number, group in answer["group_votes"].items():
        row = int(number)
        assert found.groups[row].size == group["n_members"]
        columns = places(found, [int(statement) for statement in group["ads"]])
        ours = np.stack([found.agrees[row], found.disagrees[row], seen[row]], axis=1)[columns]
        assert ours.tolist() == list(group["ads"].values())


def test_votes_per_person_are_those_of_polis(polis):
    found, answer = polis
    ours = dict(zip(map(str, found.participant_ids), found.n_votes_by_participant, strict=True))
    assert ours == answer["user_vote_counts"]


def test_consensus_of_all_groups_is_that_of_polis(polis):
    found, answer = polis
    ours = by_statement(found, found.gac, answer["gac"])
    assert ours == pytest.approx(list(answer["gac"].values()), abs=1e-12)


def test_priorities_are_those_of_polis(polis):
    found, answer = polis
    ours = by_statement(found, found.priority, answer["priorities"])
    assert ours == pytest.approx(list(answer["priorities"].values()), rel=1e-9)


def test_representative_statements_are_those_of_polis(polis):
    found, answer = polis
    for number, theirs in answer["repness"].items():
        ours = found.representative[int(number)]
        assert [(o["id"], o["side"]) for o in ours] == [(t["tid"], t["repful-for"]) for t in theirs]
        assert [o["is_best_agree"] for o in ours] == [t.get("best-agree", False) for t in theirs]
        measured = [
            [o[m] for m in ("n_side", "n_seen", "share", "share_z", "ratio", "ratio_z")] for o in ours
        ]
        published = ("n-success", "n-trials", "p-success", "p-test", "repness", "repness-test")
        assert np.array(measured) == pytest.approx(
            np.array([[t[p] for p in published] for t in theirs]), abs=1e-6
        )


def test_majority_statements_are_those_of_polis(polis):
    found, answer = polis
    for side in ("agree", "disagree"):
        ours, theirs = found.majority[side], answer["consensus"][side]
        assert [item["id"] for item in ours] == [item["tid"] for item in theirs]
        measured = [[item[m] for m in ("n_side", "n_seen", "share", "share_z")] for item in ours]
        published = [[item[p] for p in ("n-success", "n-trials", "p-success", "p-test")] for item in theirs]
        assert np.array(measured) == pytest.approx(np.array(published), abs=1e-6)


def test_consensus_is_that_of_a_second_polis_conversation(shared):
    folder = shared / "data" / "polis" / "bg2050-volunteers"
    conversation = read_matrix(folder)
    found = analyze(conversation.votes, groups=conversation.groups, uncertainty=False)
    published = {
        c["comment-id"]: float(c["group-informed-consensus"]) for c in read_rows(folder / "comments.csv")
    }
    assert len(published) == 371
    ours = by_statement(found, found.gac, published)
    assert ours == pytest.approx(list(published.values()), abs=1e-12)


def test_ccai_is_cleaned_to_the_published_counts(shared):
    votes = read_ccai(shared).votes
    assert (votes.n_people, votes.n_statements, votes.n_votes) == (1002, 275, 34563)
    assert [(votes.value == choice).sum() for choice in (1, -1, 0)] == [27271, 4550, 2742]


@pytest.mark.parametrize("seed", range(5))
def test_two_groups_of_ccai_are_those_of_polis(shared, seed):
    from sklearn.metrics import adjusted_rand_score

    conversation = read_ccai(shared)
    found = analyze(conversation.votes, lock_k=2, seed=seed, uncertainty=False)
    published = [conversation.groups[person] for person in found.participant_ids.tolist()]
    assert adjusted_rand_score(published, found.group_of) >= 0.90


def test_consensus_of_ccai_is_the_expected_one(shared):
    conversation = read_ccai(shared)
    found = analyze(conversation.votes, groups=conversation.groups, uncertainty=False)
    expected = json.loads((shared / "reference" / "ccai-expected.json").read_text())["groupings"]["polis"]
    assert [group.size for group in found.groups] == expected["group_sizes"]
    assert {level: (found.gac > float(level)).sum() for level in expected["gac_above"]} == expected[
        "gac_above"
    ]
    for item in expected["top"]:
        place = places(found, [item["id"]])[0]
        assert found.gac[place] == pytest.approx(item["gac"], abs=1e-6)


@pytest.mark.parametrize("name", RED_DWARF)
def test_variance_counts_and_consensus_are_those_of_red_dwarf(shared, name):
    answer = json.loads((shared / "reference" / f"red-dwarf.{name}.json").read_text())
    conversation = read_red_dwarf_input(shared, name)
    people = zip(answer["participants"]["id"], answer["participants"]["group"], strict=True)
    groups = {person: group for person, group in people if group is not None and group >= 0}
    found = analyze(conversation.votes, groups=groups, moderated_out=conversation.left_out, uncertainty=False)
    for ours, theirs in (
        (found.explained_variance, answer["pca"]["explained_variance"]),
        (found.explained_variance_ratio, answer["pca"]["explained_variance_ratio"]),
    ):
        assert ours == pytest.approx(theirs, rel=1e-6)
    for statement in answer["statements"]:
        place = places(found, [statement["id"]])[0]
        counts = np.stack([found.agrees, found.disagrees, found.passes], axis=1)[:, :, place]
        if not statement["out"]:
            assert counts.tolist() == statement["adp"]
            assert found.gac[place] == pytest.approx(statement["gac"], rel=1e-6)
