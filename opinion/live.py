"""A map that follows its conversation: taking a vote costs little, and so does drawing the map again."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from opinion.ballots import EMPTY, Ballots, ballot_code, decoded
from opinion.kept_sums import KeptSums
from opinion.membership import group_numbers
from opinion.moments import BYTES_PER_PAIR, Moments
from opinion.projection import N_DENSE, NO_VARIANCE, Projection, project, telling_components
from opinion.subspace import Start, leading_eigenpairs, started
from opinion.support import Counts, group_aware_consensus
from opinion.threads import one_thread
from opinion.votes import AGREE, DISAGREE, PASS, Votes, places_of

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

BYTES_PER_VOTE = 25  # what a full computation holds: the vote, a number to sort it by, and its centered value
SHARE_NEW = 0.02  # after so many changes earlier components are no help
SEVERAL = 3  # where more than one statement in so many changed, all is computed anew
ROUNDING = 1e-13  # of the number of votes: an eigenvalue this small comes from subtracting large sums


@dataclass(frozen=True, eq=False)
class LiveMap:
    """The map at one moment; people and statements stand in order of their ids.

    `by_group` and `total` count votes as `opinion.support.count_votes` does; row g of `by_group` belongs to
    `group_ids[g]`.
    """

    participant_ids: Ints
    statement_ids: Ints
    group_ids: Ints
    projection: Projection
    by_group: Counts
    total: Counts

    @cached_property
    def gac(self) -> Floats:
        """Group-aware consensus, of all people where nobody is grouped: float array (n_statements,)."""
        counts = self.by_group if len(self.group_ids) else self.total
        return group_aware_consensus(counts.agrees, counts.seen)


class LiveOpinion:
    """The votes of a conversation as they come in, and the map they give.

    `refresh` gives what `analyze` gives for the same votes and the same groups. Sums over pairs of statements
    are kept, so that a vote costs time in proportion to the votes of its person, and a refresh in proportion
    to pairs of statements and to votes. Where those sums would need more memory than computing everything
    anew, everything is computed anew.

    Parameters
    ----------
    votes : Votes, optional
        The votes so far.
    left_out : ids of statements that must not shape the map
    groups : {participant id: group number}, optional
        As found by the last `analyze`. People not named are in no group.
    """

    def __init__(
        self,
        votes: Votes | None = None,
        *,
        left_out: Iterable[int] = (),
        groups: Mapping[int, int] | None = None,
    ) -> None:
        votes = Votes.from_arrays([], [], []) if votes is None else votes
        self._people, self._statements = _Arrivals(votes.participant_ids), _Arrivals(votes.statement_ids)
        self._ballots = Ballots.from_votes(votes)
        self._moments: Moments | None = None
        self._start: Start | None = None
        self._sums = KeptSums(3)  # along both axes, and over statements left out
        self._gram = np.empty((0, 0))
        self._changed: set[int] = set()  # columns voted on since the last refresh
        self._n_changes = 0
        self.leave_out(left_out)
        self.group(groups or {})

    @property
    def n_people(self) -> int:
        return len(self._people)

    @property
    def n_statements(self) -> int:
        return len(self._statements)

    @property
    def n_votes(self) -> int:
        return self._ballots.n_votes

    @property
    def is_incremental(self) -> bool:
        """Whether the kept sums are smaller than what a full computation holds."""
        return BYTES_PER_PAIR * self.n_statements**2 <= BYTES_PER_VOTE * self.n_votes

    def votes(self) -> Votes:
        """All votes, for a full analysis or for keeping."""
        person, column, value = self._ballots.arrays()
        people, statements = self._people.ids, self._statements.ids
        return Votes.from_arrays(people[person], statements[column], value, all_statement_ids=statements)

    def add_statement(self, statement_id: int) -> None:
        """Add a statement that nobody has voted on yet; one that is there already stays as it is."""
        self._column(_whole_id(statement_id))

    def leave_out(self, statement_ids: Iterable[int]) -> None:
        """Say which statements must not shape the map, in place of those said before.

        Raises ValueError if one of them is unknown.
        """
        known = self._statements.ids[self._statements.order]
        places = places_of(list(statement_ids), known, "left_out")
        self._left_out = self._statements.order[places]
        self._gram = np.empty((0, 0))

    def group(self, groups: Mapping[int, int]) -> None:
        """Count by these groups from now on: {participant id: group number}.

        Raises ValueError if a person is unknown, or a number is not a whole one of at least 0.
        """
        people = [self._people.place_of.get(person) for person in groups]
        if None in people:
            unknown = list(groups)[people.index(None)]
            raise ValueError(f"groups names ids that are not among these votes: {unknown}")
        self.group_ids, rows = np.unique(group_numbers(list(groups.values())), return_inverse=True)
        group_of = np.full(self.n_people, len(self.group_ids))
        group_of[np.array(people, dtype=np.int64)] = rows
        self._group_of = group_of.tolist()
        person, column, value = self._ballots.arrays()
        n_rows, n_columns = len(self.group_ids) + 1, 2 * self.n_statements + 16
        cell = (group_of[person] * 3 + value + 1) * n_columns + column
        counts = np.bincount(cell, minlength=n_rows * 3 * n_columns)
        self._counts = counts.reshape(n_rows, 3, n_columns)  # the last row: people in no group

    def cast(self, person_id: int, statement_id: int, value: int) -> None:
        """Take one vote: agree 1, pass 0, disagree −1. Voting again replaces the earlier vote.

        Raises ValueError if the value is another or an id no whole number of 64 bits; nothing is taken then.
        """
        if value not in (AGREE, PASS, DISAGREE):
            raise ValueError(f"value must be 1 (agree), 0 (pass) or -1 (disagree), got {value!r}")
        # Whole numbers of numpy would overflow in what is computed from them.
        person_id, statement_id, value = _whole_id(person_id), _whole_id(statement_id), int(value)
        person, column = self._person(person_id), self._column(statement_id)
        columns, values = decoded(self._ballots.row(person))
        counts = self._counts[self._group_of[person]]
        place = (columns == column).nonzero()[0]
        if not place.size:
            self._ballots.append(person, ballot_code(column, value))
            if self._moments is not None:
                self._moments.add(column, value, columns, values)
                self._sums.note(person, EMPTY, ballot_code(column, value))
        else:
            before = int(values[place[0]])
            self._ballots.replace(person, int(place[0]), ballot_code(column, value))
            counts[before + 1, column] -= 1
            if self._moments is not None:
                values[place[0]] = 0  # its own products are counted apart
                self._moments.change(column, before, value, columns, values)
                self._sums.note(person, ballot_code(column, before), ballot_code(column, value))
        counts[value + 1, column] += 1
        self._changed.add(column)
        self._n_changes += 1

    def refresh(self) -> LiveMap:
        """The map of all votes taken so far."""
        order, people = self._statements.order, self._people.order
        disagrees, passes, agrees = self._counts[:, :, order].transpose(1, 0, 2)
        by_group = Counts(agrees[:-1], disagrees[:-1], passes[:-1])
        total = Counts(*(part.sum(axis=0, keepdims=True) for part in (agrees, disagrees, passes)))
        with one_thread():
            self._settle()
            projection = self._project(total) if self._moments is not None else self._project_anew()
        return LiveMap(
            self._people.ids[people], self._statements.ids[order], self.group_ids, projection, by_group, total
        )

    def _project_anew(self) -> Projection:
        left_out = np.zeros(self.n_statements, dtype=bool)
        left_out[self._left_out] = True
        return project(self.votes(), left_out[self._statements.order])

    def _project(self, total: Counts) -> Projection:
        order = self._statements.order
        left_out = np.zeros(self.n_statements, dtype=bool)
        left_out[self._left_out] = True
        center = np.zeros(self.n_statements)
        center[order] = (total.agrees[0] - total.disagrees[0]) / np.maximum(total.seen[0], 1)
        center[left_out] = 0.0
        components, eigenvalues, variance = self._components(center, left_out)
        positions = self._positions(center, components, left_out)
        scale = np.sqrt(self.n_statements)
        return Projection(
            center=center[order],
            components=components[:, order],
            explained_variance=eigenvalues / max(self.n_people - 1, 1),
            explained_variance_ratio=eigenvalues / variance if variance > 0 else np.zeros(2),
            positions=positions.take(self._people.order, axis=0),
            statement_positions=(scale * (1 - center)[:, None] * components.T)[order],
        )

    def _components(self, center: Floats, left_out: NDArray[np.bool_]) -> tuple[Floats, Floats, float]:
        """Components in columns of arrival, their eigenvalues, and the sum of all eigenvalues."""
        assert self._moments is not None
        self._bring_gram_up_to_date(center, left_out)
        if self.n_statements <= N_DENSE:
            every, vectors = np.linalg.eigh(self._gram)
            values, leading = every[::-1][:2], vectors.T[::-1][:2]
        else:
            values, leading, self._start = leading_eigenpairs(self._gram, self._start)
        self._n_changes = 0
        variance = float(self._gram.trace())
        negligible = max(NO_VARIANCE * variance, ROUNDING * self.n_votes)
        components, eigenvalues = telling_components(values, leading, negligible)
        return np.where(left_out, 0.0, components), eigenvalues, variance

    def _bring_gram_up_to_date(self, center: Floats, left_out: NDArray[np.bool_]) -> None:
        assert self._moments is not None
        size = self.n_statements
        if self._n_changes > SHARE_NEW * self.n_votes:
            self._start = None
        if len(self._gram) == size and len(self._changed) * SEVERAL < size:
            changed = sorted(self._changed)
            change = self._moments.update_gram(changed, center, left_out, self._gram)
            self._start = self._start and self._start.after(changed, change)
        else:
            self._gram = np.empty((size, size)) if len(self._gram) != size else self._gram
            self._moments.gram(center, left_out, self._gram)
            self._start = self._start and started(self._gram, self._start.vectors)
        self._changed.clear()

    def _positions(self, center: Floats, components: Floats, left_out: NDArray[np.bool_]) -> Floats:
        """Where people stand, in order of arrival."""
        values = np.array([DISAGREE, PASS, AGREE])
        table = np.zeros((3, 3 * self.n_statements + 1))
        table[:2, 1:] = ((values - center[:, None]) * components[:, :, None]).reshape(2, -1)
        table[2, 1:] = np.repeat(left_out, 3)
        across, along, n_left_out = self._sums.brought_to(table, self._ballots)
        n_answered = self._ballots.lengths - n_left_out + left_out.sum()
        scale = np.sqrt(self.n_statements / np.maximum(n_answered, 1))
        return np.stack([scale * across, scale * along], axis=1)

    def _settle(self) -> None:
        """Tidy up, and decide whether to keep sums over pairs of statements."""
        if self._ballots.wasted():
            self._ballots = self._ballots.packed()
        if not self.is_incremental:
            self._moments = self._start = None
        elif self._moments is None:
            person, column, value = self._ballots.arrays()
            self._moments = Moments(person, column, value, (self.n_people, self.n_statements))
            self._sums = KeptSums(3)
            self._gram = np.empty((0, 0))

    def _person(self, person_id: int) -> int:
        place = self._people.place_of.get(person_id)
        if place is None:
            place = self._people.add(person_id)
            self._ballots.add_person()
            self._group_of.append(len(self.group_ids))
        return place

    def _column(self, statement_id: int) -> int:
        column = self._statements.place_of.get(statement_id)
        if column is None:
            column = self._statements.add(statement_id)
            if column == self._counts.shape[2]:
                self._counts = np.pad(self._counts, ((0, 0), (0, 0), (0, column)))
            if self._moments is not None and column == self._moments.n_columns:
                self._moments.grow(column + column // 8 + 16)
        return column


def _whole_id(number: int) -> int:
    if isinstance(number, bool) or not isinstance(number, int | np.integer):
        raise ValueError(f"ids must be whole numbers, got {number!r}")
    if not -(2**63) <= number < 2**63:
        raise ValueError(f"ids must fit in 64 bits, got {number}")
    return int(number)


class _Arrivals:
    """Ids in the order in which they came."""

    def __init__(self, ids: Ints) -> None:
        self.place_of = {number: place for place, number in enumerate(ids.tolist())}
        self._ids, self._order = ids, np.arange(len(ids))

    def __len__(self) -> int:
        return len(self.place_of)

    def add(self, number: int) -> int:
        self.place_of[number] = len(self.place_of)
        return len(self.place_of) - 1

    @property
    def ids(self) -> Ints:
        """Int array of shape (n,), by place."""
        self._catch_up()
        return self._ids

    @property
    def order(self) -> Ints:
        """The places in ascending order of their ids."""
        self._catch_up()
        return self._order

    def _catch_up(self) -> None:
        if len(self._ids) < len(self):
            self._ids = np.fromiter(self.place_of, dtype=np.int64, count=len(self))
            self._order = np.argsort(self._ids)
