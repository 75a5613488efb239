"""Slates: n statements such that everybody finds something, by three rules of proportional choice."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from opinion.approval import Approvals, complete_votes
from opinion.arguments import marks_of_statements, rows_of_people
from opinion.proportionality import Proportionality, check_proportionality
from opinion.threads import in_one_thread
from opinion.votes import Votes

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Bools = NDArray[np.bool_]

MOST_STATEMENTS = 60
MOST_CELLS = 20_000_000  # people × candidates whose approvals a rule looks at: 160 MB
DIGITS = 12  # values equal to so many digits are tied, and the statement with the smaller id is taken


@dataclass(frozen=True, eq=False, kw_only=True)
class Slate:
    """Statements chosen together, and how well they represent people.

    Attributes
    ----------
    statement_ids : list of int
        In the order chosen.
    method : str
        equal_shares, phragmen or proportional_approval.
    n_people, n_people_drawn : int
        All who voted, and those at whose approvals the rule looked. Shares are of all people,
        proportionality is among those drawn.
    share_represented : float
        Share of people who approve at least one statement, drawn approvals of unseen ones included.
    share_agreed : float
        Share of people who have agreed with at least one by their own vote.
    share_by_group : dict of int to float
        `share_represented` within each group, where groups were given.
    mean_approved : float
        How many of the statements a person approves on average.
    proportionality : Proportionality
    """

    statement_ids: list[int]
    method: str
    n_people: int
    n_people_drawn: int
    share_represented: float
    share_agreed: float
    share_by_group: dict[int, float]
    mean_approved: float
    proportionality: Proportionality


@in_one_thread
def choose_slate(
    votes: Votes,
    n: int,
    *,
    method: str = "equal_shares",
    left_out: Bools | None = None,
    group_of: Ints | None = None,
    seed: int = 0,
    most_cells: int = MOST_CELLS,
) -> Slate:
    """Choose n statements so that everybody finds something.

    Approvals are own votes completed by a model (`opinion.approval`), so a slate is as good as the
    model's expectations. Of equally good statements the smallest id is taken.

    Parameters
    ----------
    votes : Votes
    n : from 1 to 60; fewer are chosen where there are fewer candidates
    method : equal_shares, phragmen or proportional_approval; see the functions of these names
    left_out : bool array of shape (n_statements,), statements that cannot be chosen
    group_of : int array of shape (n_people,), for `share_by_group`; −1 for people in none
    seed : for the drawing of people
    most_cells : people × candidates at most whose approvals the rule looks at; of more people it looks at
        some drawn at random, and nothing larger is ever dense. Shares are measured on all people.
    Raises ValueError if a setting is none of these, or an array has not one entry for each.
    """
    if method not in METHODS:
        raise ValueError(f"method must be one of {', '.join(METHODS)}, got {method!r}")
    if not isinstance(n, int | np.integer) or not 1 <= n <= MOST_STATEMENTS:
        raise ValueError(f"n must be a whole number from 1 to {MOST_STATEMENTS}, got {n!r}")
    group_of = None if group_of is None else rows_of_people(votes, group_of)
    approvals = complete_votes(votes, marks_of_statements(votes, left_out))
    n_candidates = len(approvals.candidates)
    people = approvals.some_people(most_cells // max(n_candidates, 1), seed)
    columns = METHODS[method](approvals.rows(people), min(n, n_candidates))
    return _described(approvals, approvals.candidates[columns], people, method, group_of)


def _described(approvals: Approvals, places: Ints, people: Ints, method: str, group_of: Ints | None) -> Slate:
    """The statements at these places as a slate, and how well they represent people."""
    share_represented, share_agreed, mean_approved, share_by_group = _shares(approvals, places, group_of)
    return Slate(
        statement_ids=approvals.votes.statement_ids[places].tolist(),
        method=method,
        n_people=approvals.votes.n_people,
        n_people_drawn=len(people),
        share_represented=share_represented,
        share_agreed=share_agreed,
        share_by_group=share_by_group,
        mean_approved=mean_approved,
        proportionality=check_proportionality(approvals, places, people),
    )


def equal_shares(approves: Bools, n: int) -> Ints:
    """The method of equal shares, completed by Phragmén's rule: columns in the order chosen.

    Everybody has an equal budget; a statement is bought by those who want it, cheapest per head first (Peters
    and Skowron 2020).

    Parameters
    ----------
    approves : bool array of shape (n_people, n_candidates)
    n : int
        At most n_candidates.
    """
    budgets = np.full(len(approves), n / max(len(approves), 1))
    # Budgets only shrink, so an old price is never too high, and only the cheapest need a new one.
    prices = np.zeros(approves.shape[1])
    chosen: list[int] = []
    while len(chosen) < n:
        column = _cheapest(approves, budgets, prices)
        if column is None:
            break
        chosen.append(column)
        budgets = budgets - np.where(approves[:, column], np.minimum(budgets, prices[column]), 0.0)
        prices[column] = np.inf
    return _by_loads(approves, n, chosen, -budgets)


def phragmen(approves: Bools, n: int) -> Ints:
    """Phragmén's sequential rule: columns in the order chosen, (n,); parameters as of `equal_shares`.

    Every statement costs its supporters one unit, so spread that the largest load grows least (1894).
    """
    return _by_loads(approves, n, [], np.zeros(len(approves)))


def proportional_approval(approves: Bools, n: int, exchanges: bool = True) -> Ints:
    """Proportional approval voting, greedily and then exchanging until no exchange of one for one helps.

    The sum over people of 1 + ½ + ⅓ … over the statements they approve is made large (Thiele 1895).
    The best slate of all is too hard to find (NP-hard). One that no exchange improves satisfies EJR+.
    Parameters as of `equal_shares`; columns in the order chosen, exchanged ones in the place of those before.
    """
    weighable = approves.astype(np.float64)
    chosen: list[int] = []
    for _ in range(n):
        gains = _thiele_gains(weighable, weighable[:, chosen].sum(axis=1))
        gains[chosen] = -np.inf
        chosen.append(_first_largest(gains))
    is_settled = not exchanges
    while not is_settled:
        is_settled = sum(_exchanged(weighable, chosen, place) for place in range(n)) == 0
    return np.array(chosen, dtype=np.int64)


METHODS: dict[str, Callable[[Bools, int], Ints]] = {
    "equal_shares": equal_shares,
    "phragmen": phragmen,
    "proportional_approval": proportional_approval,
}


def _cheapest(approves: Bools, budgets: Floats, prices: Floats) -> int | None:
    """The column with the lowest price per head, its price renewed in `prices`; None if too dear."""
    is_new = np.zeros(len(prices), dtype=bool)
    while True:
        column = int(prices.argmin()) if len(prices) else 0
        if not len(prices) or np.isinf(prices[column]):
            return None
        if is_new[column]:
            return column
        prices[column] = round(_price(budgets[approves[:, column]]), DIGITS)
        is_new[column] = True


def _price(budgets: Floats) -> float:
    """The most anyone has to pay if these people share a cost of 1 evenly; infinite if they cannot."""
    poorest = np.sort(budgets)
    paid = np.concatenate([[0.0], np.cumsum(poorest)])
    if round(float(paid[-1]), DIGITS) < 1:
        return float("inf")
    even = (1 - paid[:-1]) / np.arange(len(poorest), 0, -1)
    # The last person can always pay the rest, up to rounding.
    enough = even <= poorest + 10.0**-DIGITS
    return float(even[np.argmax(enough)]) if enough.any() else float(even[-1])


def _by_loads(approves: Bools, n: int, chosen: list[int], loads: Floats) -> Ints:
    """Go on choosing by Phragmén's rule until there are n columns."""
    weighable = approves.astype(np.float64)
    n_supporters = weighable.sum(axis=0)
    while len(chosen) < n:
        sums = 1 + loads @ weighable
        largest = np.divide(sums, n_supporters, out=np.full(len(sums), n + 1.0), where=n_supporters > 0)
        largest[chosen] = np.inf
        column = _first_largest(-largest)
        loads = np.where(approves[:, column], largest[column], loads)
        chosen = [*chosen, column]
    return np.array(chosen, dtype=np.int64)


def _thiele_gains(weighable: Floats, n_approved: Floats) -> Floats:
    """What each column adds to the score of people who approve so many already: (n_candidates,)."""
    gains: Floats = (1 / (1 + n_approved)) @ weighable
    return gains


def _exchanged(weighable: Floats, chosen: list[int], place: int) -> bool:
    """Exchange the column in this place for the best one; False where it is the best itself."""
    others = chosen[:place] + chosen[place + 1 :]
    gains = _thiele_gains(weighable, weighable[:, others].sum(axis=1))
    own = gains[chosen[place]]
    gains[others] = -np.inf
    best = _first_largest(gains)
    if gains[best] <= own * (1 + 1e-9):
        return False
    chosen[place] = best
    return True


def _first_largest(values: Floats) -> int:
    """The first of the largest values, those equal up to rounding being tied."""
    top = values.max()
    return int(np.argmax(values >= top - 10.0**-DIGITS * max(1.0, abs(top))))


def _shares(
    approvals: Approvals, places: Ints, group_of: Ints | None
) -> tuple[float, float, float, dict[int, float]]:
    """Shares of people represented, by own votes too; mean number approved; shares by group."""
    if not approvals.votes.n_people:
        return 0.0, 0.0, 0.0, {}
    slate = approvals.only(np.sort(places))
    blocks = list(slate.blocks(np.arange(approvals.votes.n_people)))
    n_approved = np.concatenate([slate.rows(people).sum(axis=1) for people in blocks])
    agreed = np.concatenate([slate.agreed(people).any(axis=1) for people in blocks])
    share_by_group = {}
    if group_of is not None:
        groups = np.unique(group_of[group_of >= 0]).tolist()
        share_by_group = {group: float((n_approved[group_of == group] > 0).mean()) for group in groups}
    return float((n_approved > 0).mean()), float(agreed.mean()), float(n_approved.mean()), share_by_group
