"""A live map is the map that a full analysis gives for the same votes and groups."""

from collections.abc import Iterable
from unittest import mock

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from opinion import LiveMap, LiveOpinion, OpinionMap, Votes, analyze
from opinion.subspace import leading_eigenpairs, started
from tests.opinion.conversations import planted_arrays

Stream = list[tuple[int, int, int]]
STREAMS = st.lists(
    st.tuples(st.integers(-3, 25), st.integers(0, 8), st.sampled_from([-1, 0, 1])), max_size=120
)


def planted_stream(seed: int, n_statements: int, n_people: int = 120) -> Stream:
    """Votes in random order; one in ten is cast twice, the second time otherwise."""
    person, statement, value, _ = planted_arrays(seed, n_people=n_people, n_statements=n_statements)
    order = np.random.default_rng(seed).permutation(len(person))
    stream = list(zip(person[order].tolist(), statement[order].tolist(), value[order].tolist(), strict=True))
    return stream + [(p, s, (v + 2) % 3 - 1) for p, s, v in stream[::10]]


def cast_all(live: LiveOpinion, stream: Iterable[tuple[int, int, int]]) -> LiveOpinion:
    for person, statement, value in stream:
        live.cast(person, statement, value)
    return live


def votes_after(stream: Stream) -> Votes:
    """What counts in the end: the last vote of each pair."""
    last = {(person, statement): value for person, statement, value in stream}
    return Votes.from_arrays([p for p, _ in last], [s for _, s in last], list(last.values()))


def has_settled_directions(found: OpinionMap, votes: Votes) -> bool:
    """Whether the map is settled: equal eigenvalues leave any turn of it free, mirrored votes its sign."""
    leads = np.abs((found.components**3).sum(axis=1))
    if (leads < 1e-6)[found.components.any(axis=1)].any():
        return False
    table = np.zeros((votes.n_people, votes.n_statements))
    table[votes.person, votes.statement] = votes.value - found.center[votes.statement]
    table[:, np.isin(votes.statement_ids, found.parameters["moderated_out"])] = 0
    sizes = np.append(np.linalg.svd(table, compute_uv=False) ** 2, [0, 0, 0])[:3]
    return bool(sizes[0] - sizes[1] > 1e-3 * sizes[0] and sizes[1] - sizes[2] > 1e-3 * sizes[0])


def check_same(live: LiveOpinion, groups: dict[int, int], left_out: Iterable[int] = ()) -> LiveMap:
    votes, found = live.votes(), live.refresh()
    expected = analyze(votes, groups=groups, moderated_out=left_out, uncertainty=False)
    assert found.participant_ids.tolist() == expected.participant_ids.tolist()
    assert found.statement_ids.tolist() == expected.statement_ids.tolist()
    assert found.group_ids.tolist() == [group.id for group in expected.groups]
    by_group = (expected.agrees, expected.disagrees, expected.passes)
    assert [part.tolist() for part in found.by_group] == [part.tolist() for part in by_group]
    assert found.total.passes[0].tolist() == expected.total_passes.tolist()
    assert found.gac == pytest.approx(expected.gac)
    projection = found.projection
    assert projection.center == pytest.approx(expected.center)
    assert projection.explained_variance == pytest.approx(expected.explained_variance, abs=1e-9)
    if has_settled_directions(expected, votes):
        assert projection.components == pytest.approx(expected.components, abs=1e-6)
        assert projection.positions == pytest.approx(expected.positions, abs=1e-6)
        assert projection.statement_positions == pytest.approx(expected.statement_positions, abs=1e-6)
    return found


@pytest.mark.parametrize("bytes_per_pair", [0, 10**9], ids=["sums kept", "computed anew"])
@settings(max_examples=60, deadline=None)
@given(STREAMS, st.integers(0, 120), st.randoms(use_true_random=False))
def test_any_stream_gives_the_map_of_a_full_analysis(bytes_per_pair, stream, n_before, random):
    with mock.patch("opinion.live.BYTES_PER_PAIR", bytes_per_pair):
        live = LiveOpinion(votes_after(stream[:n_before]))
        groups = {
            p: random.randrange(3) for p in live.votes().participant_ids.tolist() if random.random() < 0.8
        }
        left_out = [s for s in live.votes().statement_ids.tolist() if random.random() < 0.2]
        live.group(groups)
        live.leave_out(left_out)
        live.refresh()
        cast_all(live, stream[n_before:])
        check_same(live, groups, left_out)
        assert live.votes().sha256 == votes_after(stream).sha256


@pytest.mark.parametrize("seed", range(3))
def test_many_statements_are_followed_from_map_to_map(seed):
    stream = planted_stream(seed, n_statements=220, n_people=600)
    n_early = 9 * len(stream) // 10
    early = [vote for vote in stream[:n_early] if vote[1] < 205 and vote[0] < 580]
    live = LiveOpinion(votes_after(early))
    groups = {person: person % 3 for person in live.votes().participant_ids.tolist()}
    live.group(groups)
    live.refresh()
    for start, stop in ((n_early, n_early + 1), (n_early + 1, n_early + 150), (n_early + 150, len(stream))):
        cast_all(live, stream[start:stop])
        assert live.is_incremental
        check_same(live, groups)


def test_every_vote_of_a_growing_conversation_can_be_followed():
    live, groups = LiveOpinion(), {}
    for number, vote in enumerate(planted_stream(1, n_statements=12, n_people=20)):
        live.cast(*vote)
        if number % 20 == 0:
            groups[vote[0]] = number % 2
            live.group(groups)
            check_same(live, groups)


def test_all_is_computed_anew_where_the_kept_sums_would_be_larger_than_the_votes():
    live = cast_all(LiveOpinion(), [(person, person, 1) for person in range(30)])
    assert not live.is_incremental
    live = cast_all(live, [(person, statement, -1) for person in range(30, 90) for statement in range(30)])
    assert live.is_incremental


def test_a_statement_nobody_saw_is_on_the_map():
    live = cast_all(LiveOpinion(), [(1, 5, 1), (2, 5, -1), (3, 5, 1)])
    live.add_statement(4)
    assert check_same(live, {}).statement_ids.tolist() == [4, 5]


def test_people_and_statements_are_on_the_map_that_follows_their_first_vote():
    live = LiveOpinion(votes_after([(person, statement, 1) for person in range(9) for statement in range(4)]))
    live.refresh()
    live.cast(20, 3, -1)
    live.cast(10, 7, 0)
    found = live.refresh()
    assert found.participant_ids.tolist() == [*range(9), 10, 20]
    assert found.statement_ids.tolist() == [0, 1, 2, 3, 7]
    assert found.projection.positions.shape == (11, 2)


def test_an_empty_conversation_has_an_empty_map():
    found = LiveOpinion().refresh()
    assert found.projection.positions.shape == (0, 2)
    assert found.gac.tolist() == []


def test_a_vote_cast_again_alike_changes_nothing():
    live = cast_all(LiveOpinion(), [(1, 0, 1), (2, 0, -1), (1, 1, 0)])
    before = live.refresh()
    live.cast(1, 0, 1)
    after = live.refresh()
    assert live.n_votes == 3
    assert after.projection.positions.tolist() == before.projection.positions.tolist()


@pytest.mark.parametrize("value", [2, -2, None, "1"])
def test_a_wrong_value_is_refused(value):
    with pytest.raises(ValueError, match="value must be"):
        LiveOpinion().cast(1, 1, value)


@pytest.mark.parametrize("wrong", [True, 1.0, "1", None, 2**63, -(2**63) - 1])
@pytest.mark.parametrize("place", [0, 1], ids=["person", "statement"])
def test_a_vote_with_an_id_that_cannot_be_one_leaves_nothing_behind(wrong, place):
    live, ids = LiveOpinion(), [1, 1]
    ids[place] = wrong
    with pytest.raises(ValueError, match="ids must"):
        live.cast(*ids, 1)
    assert (live.n_people, live.n_statements, live.n_votes) == (0, 0, 0)


@pytest.mark.parametrize("kind", [np.int8, np.int32, np.uint64, np.float64])
def test_votes_are_taken_one_by_one_from_arrays_of_any_kind(kind):
    """Three times the place of a statement is more than small numbers hold."""
    stream = [
        (person, statement, (person + statement) % 2) for person in range(9) for statement in range(100)
    ]
    whole = kind if np.issubdtype(kind, np.integer) else np.int16
    cast = [(whole(person), whole(statement), kind(value)) for person, statement, value in stream]
    live, plain = cast_all(LiveOpinion(), cast), cast_all(LiveOpinion(), stream)
    assert live.votes().sha256 == plain.votes().sha256
    assert (live.refresh().projection.positions == plain.refresh().projection.positions).all()


@pytest.mark.parametrize("number", [-1, 1.5, "A", True])
def test_a_group_number_that_makes_no_sense_is_refused(number):
    live = cast_all(LiveOpinion(), [(1, 0, 1)])
    with pytest.raises(ValueError, match="whole number of at least 0, got"):
        live.group({1: number})


def test_unknown_ids_are_refused():
    live = cast_all(LiveOpinion(), [(1, 0, 1)])
    with pytest.raises(ValueError, match=r"groups names ids .* 7"):
        live.group({7: 0})
    with pytest.raises(ValueError, match=r"left_out names ids .* 9"):
        live.leave_out([9])


def directions(matrix: np.ndarray) -> np.ndarray:
    return np.linalg.eigh(matrix)[1].T[::-1][:2]


def signal(seed: int, size: int = 300) -> np.ndarray:
    half = np.random.default_rng(seed).standard_normal((size, 40)) * np.geomspace(1, 30, 40)
    return half @ half.T


@pytest.mark.parametrize("kind", ["none", "random", "the answer", "nothing"])
def test_leading_directions_are_found_from_any_start(kind):
    matrix = signal(0)
    values, vectors = np.linalg.eigh(matrix)
    before = {"random": np.random.default_rng(1).random((5, 300)), "the answer": vectors.T[:-6:-1]}
    start = None if kind == "none" else started(matrix, before.get(kind, np.zeros((5, 300))))
    found = leading_eigenpairs(matrix, start)
    assert found.values == pytest.approx(values[::-1][:2])
    assert np.abs((found.vectors * directions(matrix)).sum(axis=1)) == pytest.approx([1, 1], abs=1e-12)


def test_a_search_goes_on_after_some_rows_and_columns_changed():
    before = signal(0)
    start, changed = leading_eigenpairs(before).start, [3, 70, 71]
    matrix = before + np.eye(300)
    matrix[changed] = matrix[:, changed].T * 2
    matrix[:, changed] = matrix[changed].T
    before += np.eye(300)
    start = start._replace(images=start.images + start.vectors).after(changed, (matrix - before)[changed])
    assert start.images == pytest.approx(start.vectors @ matrix)
    found = leading_eigenpairs(matrix, start)
    assert np.abs((found.vectors * directions(matrix)).sum(axis=1)) == pytest.approx([1, 1], abs=1e-12)
