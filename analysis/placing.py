"""Find where a participant stands: their own votes on the map of the present analysis, in a few queries.

Who was in the analysis is in the group it put them in, wherever their dot has moved since. Who was not is in
no group: only the next analysis decides. They are told which group most people near them are in.
"""

from dataclasses import replace

import numpy as np

from analysis.charts import Place
from analysis.comparing import OwnVote, compare
from analysis.crowd import find_crowd
from analysis.models import MIN_PEOPLE, Analysis, Position
from analysis.standing import Standing
from opinion.projection import place_person
from voting.models import Conversation, Participant
from voting.visibility import count_missing_votes


def is_kept_back(conversation: Conversation) -> bool:
    """Whether even those who have voted enough see nothing yet."""
    waits = conversation.results_shown != Conversation.ResultsShown.AFTER_VOTING
    return waits and not conversation.shows_results


def find_standing(
    conversation: Conversation, participant: Participant | None, analysis: Analysis | None
) -> Standing:
    """Where the participant stands in this analysis, or why that is not shown."""
    if is_kept_back(conversation):
        return Standing("hidden")
    n_missing = count_missing_votes(conversation, participant)
    if n_missing or participant is None:
        return Standing("few_votes", n_missing=n_missing)
    if analysis is None:
        return Standing("no_analysis")
    if analysis.n_participants < MIN_PEOPLE:
        return Standing("few_people")
    return place_participant(analysis, participant)


def place_participant(analysis: Analysis, participant: Participant) -> Standing:
    """The participant on the map of this analysis, by their votes as they are now."""
    votes = _own_votes(analysis, participant)
    position = analysis.positions.filter(participant=participant).first()
    place = _find_place(analysis, votes, position)
    if place is None:
        return Standing("next_time", analysis=analysis)
    crowd = find_crowd(analysis)
    number = position.group_number if position else None
    group = crowd.group(number)
    placed = Standing(
        "placed",
        analysis=analysis,
        crowd=crowd,
        place=place,
        group=group,
        is_in_small_group=number is not None and group is None,
        near=crowd.nearest(place),
    )
    comparison = compare(analysis, votes, crowd.groups, placed.described_group)
    return replace(placed, comparison=comparison)


def _own_votes(analysis: Analysis, participant: Participant) -> list[OwnVote]:
    found = participant.votes.filter(statement__results__analysis=analysis)
    rows = found.values_list(
        "statement_id",
        "statement__number",
        "choice",
        "statement__results__center",
        "statement__results__loading_x",
        "statement__results__loading_y",
    )
    return [OwnVote(*row) for row in rows]


def _find_place(analysis: Analysis, votes: list[OwnVote], position: Position | None) -> Place | None:
    """By the present votes; in an analysis that kept no loadings, where it put the person, if it did."""
    if any(vote.loading_x is None for vote in votes) or not votes:
        return (position.x, position.y) if position else None
    left_out = {
        number for key in ("metadata", "moderated_out") for number in analysis.parameters.get(key, [])
    }
    kept = [vote for vote in votes if vote.number not in left_out]
    x, y = place_person(
        np.array([vote.choice for vote in kept], np.float64),
        np.array([vote.center for vote in kept], np.float64),
        np.array([[vote.loading_x, vote.loading_y] for vote in kept], np.float64).reshape(-1, 2).T,
        n_statements=analysis.n_statements,
        n_left_out=len(left_out),
    )
    return float(x), float(y)
