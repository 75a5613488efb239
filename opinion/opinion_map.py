"""The one entry: `analyze` turns votes into an opinion map."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Literal, NamedTuple

import numpy as np
from numpy.typing import NDArray

from opinion.groups import MAX_K, MIN_VOTES
from opinion.identity import NO_GROUP, GroupHistory
from opinion.kmeans import MAX_BASE_CLUSTERS
from opinion.membership import Members, found_members, given_members
from opinion.projection import Projection, project
from opinion.representativeness import RepresentativeStatement, select_representative
from opinion.routing import priorities
from opinion.support import (
    Counts,
    MajorityStatement,
    UncertainStatement,
    consensus_level,
    count_votes,
    group_aware_consensus,
    level_lower_bound,
    majority,
    uncertain,
    weakest_agreement,
)
from opinion.threads import one_thread
from opinion.uncertainty import Uncertainty, measure_uncertainty, n_draws_wanted
from opinion.votes import Votes, places_of

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Bools = NDArray[np.bool_]


@dataclass(frozen=True)
class Group:
    """One opinion group: its number and how many people are in it."""

    id: int
    size: int


@dataclass(frozen=True, eq=False, kw_only=True)
class OpinionMap:
    """What the votes of a conversation say. People and statements stand in order of their ids.

    Below n is the number of participants, m of statements and k of groups; row g of an array of shape
    (k, m) belongs to `groups[g]`.
    """

    votes: Votes  # those it rests on
    parameters: dict[str, Any]
    participant_ids: Ints  # (n,)
    statement_ids: Ints  # (m,)
    n_participants: int
    n_statements: int
    n_votes: int
    center: Floats  # (m,) mean vote
    components: Floats  # (2, m)
    explained_variance: Floats  # (2,)
    explained_variance_ratio: Floats  # (2,)
    positions: Floats  # (n, 2)
    statement_positions: Floats  # (m, 2)
    n_votes_by_participant: Ints  # (n,)
    group_of: Ints  # (n,) id of the person's group, −1 for people in none
    k: int
    silhouette_by_k: dict[int, float]
    groups: list[Group]
    agrees: Ints  # (k, m)
    disagrees: Ints  # (k, m)
    passes: Ints  # (k, m)
    total_agrees: Ints  # (m,) all people, grouped or not
    total_disagrees: Ints  # (m,)
    total_passes: Ints  # (m,)
    gac: Floats  # (m,) group-aware consensus
    gac_level: Floats  # (m,) GAC^(1/k)
    gac_disagree: Floats  # (m,) the same for disagreement
    gac_lower: Floats  # (m,) 5 % lower bound of the level
    weakest_agreement: Floats  # (m,)
    extremity: Floats  # (m,)
    priority: Floats  # (m,)
    representative: dict[int, list[RepresentativeStatement]]
    majority: dict[str, list[MajorityStatement]]
    uncertain: list[UncertainStatement]
    uncertainty: Uncertainty | None = None  # how sure all this is, where measured

    @property
    def votes_sha256(self) -> str:
        """SHA-256 of the votes, taken when first asked for."""
        return self.votes.sha256

    @property
    def row_of(self) -> Ints:
        """Each person's row in arrays by group, −1 for people in none: (n,)."""
        row = np.searchsorted([group.id for group in self.groups], self.group_of)
        return np.where(self.group_of == NO_GROUP, NO_GROUP, row)

    @property
    def history(self) -> GroupHistory:
        """What the next map of this conversation is to be given as `previous`."""
        people = zip(self.participant_ids.tolist(), self.group_of.tolist(), strict=True)
        return GroupHistory(
            votes_sha256=self.votes_sha256,
            group_of={person: group for person, group in people if group != NO_GROUP},
            **(self.parameters["k_in_force"] or {}),
        )

    def to_dict(
        self, conversation: str | None = None, texts: Mapping[int, str] | None = None
    ) -> dict[str, Any]:
        """The whole result as JSON-safe values (schema 1); "uncertainty" only where it was measured."""
        measured = self.uncertainty and {"uncertainty": self.uncertainty.to_dict(self.statement_ids)}
        return {
            "schema": 1,
            "conversation": conversation,
            "votes_sha256": self.votes_sha256,
            "parameters": self.parameters,
            "n_participants": self.n_participants,
            "n_statements": self.n_statements,
            "n_votes": self.n_votes,
            "k": self.k,
            "silhouette_by_k": {str(k): value for k, value in self.silhouette_by_k.items()},
            "groups": [{"id": group.id, "size": group.size} for group in self.groups],
            "participants": self._participants(),
            "statements": self._statements(texts or {}),
            "representative": {str(group): list(items) for group, items in self.representative.items()},
            "majority": self.majority,
            "uncertain": self.uncertain,
            **(measured or {}),
        }

    def _participants(self) -> list[dict[str, Any]]:
        rows = zip(
            self.participant_ids.tolist(),
            self.group_of.tolist(),
            self.positions.tolist(),
            self.n_votes_by_participant.tolist(),
            strict=True,
        )
        return [
            {"id": person, "group": None if group == NO_GROUP else group, "x": x, "y": y, "n_votes": n_votes}
            for person, group, (x, y), n_votes in rows
        ]

    def _statements(self, texts: Mapping[int, str]) -> list[dict[str, Any]]:
        measures = {
            name: getattr(self, name).tolist()
            for name in (
                "gac", "gac_level", "gac_disagree", "gac_lower", "weakest_agreement", "extremity", "priority",
            )
        }  # fmt: skip
        total = np.stack([self.total_agrees, self.total_disagrees, self.total_passes], axis=1).tolist()
        by_group = np.stack([self.agrees, self.disagrees, self.passes], axis=2).transpose(1, 0, 2).tolist()
        return [
            {
                "id": statement,
                "text": texts.get(statement),
                "counts": _named(total[place]),
                "by_group": [
                    {"group": group.id, **_named(counts)}
                    for group, counts in zip(self.groups, by_group[place], strict=True)
                ],
                **{name: values[place] for name, values in measures.items()},
            }
            for place, statement in enumerate(self.statement_ids.tolist())
        ]


def analyze(
    votes: Votes,
    *,
    moderated_out: Iterable[int] = (),
    metadata: Iterable[int] = (),
    groups: Mapping[int, int] | None = None,
    lock_k: int | None = None,
    previous: GroupHistory | None = None,
    seed: int = 0,
    min_votes: int = MIN_VOTES,
    max_k: int = MAX_K,
    uncertainty: Literal["auto", False] | int = "auto",
) -> OpinionMap:
    """Compute the opinion map of a conversation. Same votes and same settings give the same map.

    Parameters
    ----------
    votes : Votes
    moderated_out, metadata : ids of statements whose votes count, but shape no map, group or list
    groups : {participant id: group number}, taken instead of groups found; others are in none
    lock_k : number of groups to find, 1 to 100; fewer are found where fewer people differ
    previous : the `history` of the map before, so that group numbers, who is grouped and k last
    seed : start of all drawing of random numbers
    min_votes : votes a person needs to be grouped
    max_k : the largest number of groups considered where `lock_k` is not given
    uncertainty : bootstrap draws that say how sure the map is; "auto": 200 up to 50,000 votes, none above
    Raises ValueError if a setting is out of range, or names an unknown participant or statement.
    """
    search = _checked_settings(votes, groups, lock_k, previous, seed, min_votes, max_k)
    marks = _Marks(_mask(votes, moderated_out, "moderated_out"), _mask(votes, metadata, "metadata"))
    n_draws = n_draws_wanted(uncertainty, votes.n_votes)
    with one_thread():
        projection = project(votes, marks.left_out)
        members = _members(votes, projection, marks.left_out, groups, previous, search)
        return OpinionMap(
            parameters=_parameters(votes, marks, members, search, n_draws),
            uncertainty=_uncertainty(votes, marks, members, search, n_draws),
            **_parts(votes, projection, members, marks),
        )


class _Marks(NamedTuple):
    """Statements set apart: bool arrays of shape (n_statements,)."""

    moderated_out: Bools
    metadata: Bools

    @property
    def left_out(self) -> Bools:
        return self.moderated_out | self.metadata


def _members(
    votes: Votes,
    projection: Projection,
    left_out: Bools,
    groups: Mapping[int, int] | None,
    previous: GroupHistory | None,
    search: dict[str, Any],
) -> Members:
    if groups is not None:
        return given_members(votes, groups)
    return found_members(votes, projection, left_out, previous=previous, **search)


def _parameters(
    votes: Votes, marks: _Marks, members: Members, search: dict[str, Any], n_draws: int
) -> dict[str, Any]:
    """All that somebody else needs to get the same map from the same votes."""
    return {
        "moderated_out": votes.statement_ids[marks.moderated_out].tolist(),
        "metadata": votes.statement_ids[marks.metadata].tolist(),
        "groups_given": members.are_given,
        **search,
        "k_in_force": members.k_in_force,
        "n_draws": n_draws,
    }


def _uncertainty(
    votes: Votes, marks: _Marks, members: Members, search: dict[str, Any], n_draws: int
) -> Uncertainty | None:
    if not n_draws:
        return None
    return measure_uncertainty(
        votes,
        members.row_of,
        members.k,
        marks.left_out,
        n_draws=n_draws,
        groups_kept=members.are_given,
        max_k=min(search["max_k"], MAX_K),
        seed=search["seed"],
    )


def _parts(votes: Votes, projection: Projection, members: Members, marks: _Marks) -> dict[str, Any]:
    by_group, total = count_votes(votes, members.row_of, members.k)
    counts = by_group if members.k else total  # where nobody is grouped, all people are one group
    return {
        **_votes_part(votes),
        **_map_part(projection),
        **_groups_part(members, by_group),
        **_total_part(total, votes.statement_ids, marks.left_out),
        **_consensus_part(counts),
        "representative": _representative_part(members, by_group, votes.statement_ids, marks.left_out),
        "priority": priorities(counts, projection.extremity, marks.metadata),
    }


def _votes_part(votes: Votes) -> dict[str, Any]:
    return {
        "votes": votes,
        "participant_ids": votes.participant_ids,
        "statement_ids": votes.statement_ids,
        "n_participants": votes.n_people,
        "n_statements": votes.n_statements,
        "n_votes": votes.n_votes,
        "n_votes_by_participant": votes.n_votes_by_person,
    }


def _map_part(projection: Projection) -> dict[str, Any]:
    return {
        "center": projection.center,
        "components": projection.components,
        "explained_variance": projection.explained_variance,
        "explained_variance_ratio": projection.explained_variance_ratio,
        "positions": projection.positions,
        "statement_positions": projection.statement_positions,
        "extremity": projection.extremity,
    }


def _groups_part(members: Members, by_group: Counts) -> dict[str, Any]:
    row_of, group_ids = members.row_of, members.group_ids
    sizes = np.bincount(row_of[row_of >= 0], minlength=members.k)
    return {
        "group_of": np.append(group_ids, NO_GROUP)[row_of],
        "k": members.k,
        "silhouette_by_k": members.silhouette_by_k,
        "groups": [Group(g, size) for g, size in zip(group_ids.tolist(), sizes.tolist(), strict=True)],
        "agrees": by_group.agrees,
        "disagrees": by_group.disagrees,
        "passes": by_group.passes,
    }


def _total_part(total: Counts, statement_ids: Ints, skipped: Bools) -> dict[str, Any]:
    return {
        "total_agrees": total.agrees[0],
        "total_disagrees": total.disagrees[0],
        "total_passes": total.passes[0],
        "majority": majority(total, statement_ids, skipped),
        "uncertain": uncertain(total, statement_ids, skipped),
    }


def _consensus_part(counts: Counts) -> dict[str, Any]:
    gac = group_aware_consensus(counts.agrees, counts.seen)
    return {
        "gac": gac,
        "gac_level": consensus_level(gac, len(counts.agrees)),
        "gac_disagree": group_aware_consensus(counts.disagrees, counts.seen),
        "gac_lower": level_lower_bound(counts.agrees, counts.seen),
        "weakest_agreement": weakest_agreement(counts.agrees, counts.seen),
    }


def _representative_part(
    members: Members, by_group: Counts, statement_ids: Ints, skipped: Bools
) -> dict[int, list[RepresentativeStatement]]:
    chosen = select_representative(by_group, statement_ids, skipped)
    return dict(zip(members.group_ids.tolist(), chosen, strict=True))


def _checked_settings(
    votes: Votes,
    groups: Mapping[int, int] | None,
    lock_k: int | None,
    previous: GroupHistory | None,
    seed: int,
    min_votes: int,
    max_k: int,
) -> dict[str, Any]:
    """Those by which groups are sought, as plain numbers."""
    if not isinstance(votes, Votes):
        raise ValueError(f"votes must be made by Votes.from_arrays, got {type(votes).__name__}")
    if groups is not None and lock_k is not None:
        raise ValueError("give groups or lock_k, not both: given groups leave nothing to lock")
    if groups is not None and previous is not None:
        raise ValueError("give groups or previous, not both: given groups keep their own numbers")
    if previous is not None and not isinstance(previous, GroupHistory):
        raise ValueError(f"previous must be the history of a map, got {type(previous).__name__}")
    limits = {
        "seed": (seed, 0, 2**32 - 1),
        "min_votes": (min_votes, 1, 10**9),
        "max_k": (max_k, 2, MAX_BASE_CLUSTERS),
    }
    if lock_k is not None:
        limits["lock_k"] = (lock_k, 1, MAX_BASE_CLUSTERS)
    for name, (value, low, high) in limits.items():
        if not _is_whole(value) or not low <= value <= high:
            raise ValueError(f"{name} must be a whole number from {low} to {high}, got {value!r}")
    return {
        "lock_k": None if lock_k is None else int(lock_k),
        "seed": int(seed),
        "min_votes": int(min_votes),
        "max_k": int(max_k),
    }


def _is_whole(value: object) -> bool:
    return isinstance(value, int | np.integer) and not isinstance(value, bool)


def _mask(votes: Votes, ids: Iterable[int], name: str) -> Bools:
    mask = np.zeros(votes.n_statements, dtype=bool)
    mask[places_of(list(ids), votes.statement_ids, name)] = True
    return mask


def _named(counts: list[int]) -> dict[str, int]:
    return dict(zip(("agree", "disagree", "pass"), counts, strict=True))
