"""Who has which number decides nothing: the same votes under other ids give the same result."""

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from opinion import GroupHistory, OpinionMap, Votes, analyze
from opinion.approval import complete_votes
from opinion.audit import audit_groups
from opinion.sensitivity import sensitivity
from tests.opinion.conversations import RED_DWARF, planted_arrays, read_red_dwarf_input

N_PEOPLE, N_STATEMENTS = 90, 30
SEEDS = st.integers(0, 10_000)


def other_numbers(seed: int) -> tuple[np.ndarray, np.ndarray]:
    """New ids of people and statements, in no order, by old id."""
    draw = np.random.default_rng(seed)
    return draw.permutation(500)[:N_PEOPLE] - 100, draw.permutation(500)[:N_STATEMENTS] - 100


def both(seed: int) -> tuple[Votes, Votes, np.ndarray, np.ndarray]:
    """The same votes twice, and where the second has each person and each statement of the first."""
    person, statement, value, _ = planted_arrays(seed, n_people=N_PEOPLE, n_statements=N_STATEMENTS)
    people, statements = other_numbers(seed)
    known = Votes.from_arrays(person, statement, value)
    renamed = Votes.from_arrays(people[person], statements[statement], value)
    return known, renamed, np.argsort(np.argsort(people)), np.argsort(np.argsort(statements))


def told(found: OpinionMap, people: np.ndarray, statements: np.ndarray) -> Any:
    """All that a map says, people and statements in the order given and without their ids.

    Statements of equal score stand in a list in the order of their ids; without ids one is like the other.
    Which statement leads a group's representative ones rests on the order of statements, as in Polis.
    """
    answer = found.to_dict()
    del answer["votes_sha256"], answer["representative"]
    answer["participants"] = [answer["participants"][place] for place in people]
    answer["statements"] = [answer["statements"][place] for place in statements]
    rows = answer["uncertainty"]["statements"]
    answer["uncertainty"]["statements"] = [rows[place] for place in statements]
    return without_ids(answer)


def without_ids(answer: Any) -> Any:
    """Rounded to what different orders of summing leave alone."""
    if isinstance(answer, float):
        return round(answer, 6) + 0.0
    if isinstance(answer, dict):
        return {name: without_ids(value) for name, value in answer.items() if name != "id"}
    return [without_ids(value) for value in answer] if isinstance(answer, list) else answer


@settings(max_examples=25, deadline=None)
@given(SEEDS, st.sampled_from([{}, {"lock_k": 4}, {"min_votes": 18}]))
def test_the_whole_map_stays_the_same(seed, wishes):
    known, renamed, people, statements = both(seed)
    first, second = (analyze(votes, **wishes, uncertainty=4) for votes in (known, renamed))
    in_order = np.arange(N_PEOPLE), np.arange(N_STATEMENTS)
    assert told(second, people, statements) == told(first, *in_order)


@settings(max_examples=15, deadline=None)
@given(SEEDS)
def test_people_under_other_ids_leave_every_list_as_it_was(seed):
    person, statement, value, _ = planted_arrays(seed, n_people=N_PEOPLE, n_statements=N_STATEMENTS)
    first, second = (
        analyze(Votes.from_arrays(ids[person], statement, value), uncertainty=False)
        for ids in (np.arange(N_PEOPLE), other_numbers(seed)[0])
    )
    assert second.representative == first.representative
    assert (second.majority, second.uncertain) == (first.majority, first.uncertain)


@settings(max_examples=10, deadline=None)
@given(SEEDS)
def test_the_next_map_stays_the_same_too(seed):
    """With a history, in which some have been grouped before, under other letters than now."""
    known, renamed, people, statements = both(seed)
    before = {person: (person + 1) % 3 for person in range(0, N_PEOPLE, 2)}
    numbers = other_numbers(seed)[0]
    first = analyze(known, previous=GroupHistory("a", before, k=3), uncertainty=False)
    renamed_before = {int(numbers[person]): group for person, group in before.items()}
    second = analyze(renamed, previous=GroupHistory("a", renamed_before, k=3), uncertainty=False)
    assert second.group_of[people].tolist() == first.group_of.tolist()
    assert second.gac[statements] == pytest.approx(first.gac, abs=1e-12)


@settings(max_examples=10, deadline=None)
@given(SEEDS)
def test_other_choices_and_the_audit_say_the_same(seed):
    known, renamed, people, _ = both(seed)
    group = np.arange(N_PEOPLE) % 3
    group_renamed = np.empty_like(group)
    group_renamed[people] = group
    first, second = audit_groups(known, group, n_splits=99), audit_groups(renamed, group_renamed, n_splits=99)
    assert second.p_value == first.p_value
    nothing = np.zeros(N_STATEMENTS, dtype=bool)
    assert without_ids(sensitivity(renamed, group_renamed, 3, nothing)) == without_ids(
        sensitivity(known, group, 3, nothing)
    )


@settings(max_examples=10, deadline=None)
@given(SEEDS)
def test_the_same_people_approve_of_the_same_statements(seed):
    """So that any rule chooses the same slate, ties apart."""
    known, renamed, people, statements = both(seed)
    nothing, everybody = np.zeros(N_STATEMENTS, dtype=bool), np.arange(N_PEOPLE)
    first, second = (complete_votes(votes, nothing).rows(everybody) for votes in (known, renamed))
    assert (second[np.ix_(people, statements)] == first).all()


@pytest.mark.parametrize("name", RED_DWARF)
def test_published_conversations_stay_the_same(shared, name):
    conversation = read_red_dwarf_input(shared, name)
    votes, draw = conversation.votes, np.random.default_rng(0)
    people = draw.permutation(10 * votes.n_people)[: votes.n_people]
    statements = draw.permutation(10 * votes.n_statements)[: votes.n_statements]
    renamed = Votes.from_arrays(
        people[votes.person], statements[votes.statement], votes.value, all_statement_ids=statements
    )
    left_out = statements[np.isin(votes.statement_ids, conversation.left_out)]
    first = analyze(votes, moderated_out=conversation.left_out, uncertainty=False)
    second = analyze(renamed, moderated_out=left_out, uncertainty=False)
    person, statement = np.argsort(np.argsort(people)), np.argsort(np.argsort(statements))
    assert second.group_of[person].tolist() == first.group_of.tolist()
    assert second.positions[person] == pytest.approx(first.positions, abs=1e-9)
    assert second.gac[statement] == pytest.approx(first.gac, abs=1e-12)
