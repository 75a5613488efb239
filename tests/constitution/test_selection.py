"""Which statements qualify under a rule."""

import pytest

from constitution.dissent import find_dissent
from constitution.models import Rule
from constitution.selection import select_statements
from voting.models import Statement

pytestmark = pytest.mark.django_db


def a_rule(**fields):
    return Rule(
        **({"min_level": 0.75, "min_votes_per_group": 3, "max_principles": 75, "order": "level"} | fields)
    )


def numbers(selection):
    return [candidate.number for candidate in selection.chosen]


def test_what_every_group_supports_qualifies(analysis):
    assert sorted(numbers(select_statements(analysis, a_rule()))) == [0, 1, 2, 5]


def test_the_strongest_consensus_comes_first(analysis):
    selection = select_statements(analysis, a_rule())
    levels = [candidate.level for candidate in selection.chosen]
    assert levels == sorted(levels, reverse=True)


def test_statements_can_stand_in_the_order_of_submission(analysis):
    assert numbers(select_statements(analysis, a_rule(order="number"))) == [0, 1, 2, 5]


def test_statements_can_stand_by_their_least_agreeing_group(analysis):
    chosen = select_statements(analysis, a_rule(order="weakest")).chosen
    assert [c.weakest for c in chosen] == sorted((c.weakest for c in chosen), reverse=True)


def test_equal_levels_stand_by_number(analysis):
    assert numbers(select_statements(analysis, a_rule()))[1:3] == [1, 5]


def test_no_more_than_the_limit_are_kept(analysis):
    selection = select_statements(analysis, a_rule(max_principles=1))
    assert (numbers(selection), selection.n_over_limit, selection.n_qualified) == ([0], 3, 4)


def test_every_failing_condition_is_counted(analysis):
    selection = select_statements(analysis, a_rule(min_votes_per_group=9))
    assert (selection.n_considered, selection.n_below_level, selection.n_few_votes) == (6, 2, 6)
    assert (selection.n_failing_both, selection.n_qualified) == (2, 0)


def test_a_level_that_is_just_reached_is_enough(analysis):
    highest = select_statements(analysis, a_rule()).highest_level
    assert numbers(select_statements(analysis, a_rule(min_level=highest))) == [0]


def test_a_statement_rejected_since_the_analysis_never_qualifies(analysis):
    Statement.objects.filter(number=0).update(status=Statement.Status.REJECTED)
    assert 0 not in numbers(select_statements(analysis, a_rule()))


def test_metadata_never_qualifies(analysis):
    Statement.objects.filter(number=0).update(is_metadata=True)
    assert 0 not in numbers(select_statements(analysis, a_rule()))


def test_what_one_group_holds_against_another_is_kept_as_dissent(analysis):
    positions = find_dissent(select_statements(analysis, a_rule()).sunk)
    assert sorted(position.candidate.number for position in positions) == [3, 4]
    assert {position.group for position in positions} == {0, 1}
