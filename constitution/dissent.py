"""The dissent record: what one group strongly supports and the consensus sinks."""

from collections.abc import Iterable
from dataclasses import dataclass

from constitution.selection import Candidate

# A group's position: most of its people agree, while another group rather does not.
STRONG_AGREEMENT = 0.75
WEAK_AGREEMENT = 0.5
MOST_PER_GROUP = 10


@dataclass(frozen=True)
class Dissent:
    """A statement that one group holds against another."""

    group: int
    agreement: float
    candidate: Candidate


def find_dissent(sunk: Iterable[Candidate]) -> list[Dissent]:
    """The strongest positions of each group among statements below the rule's level, group by group."""
    found: dict[int, list[Dissent]] = {}
    for candidate in sunk:
        if min((votes.agreement for votes in candidate.by_group), default=1.0) >= WEAK_AGREEMENT:
            continue
        for votes in candidate.by_group:
            if votes.agreement >= STRONG_AGREEMENT:
                dissent = Dissent(votes.group, votes.agreement, candidate)
                found.setdefault(votes.group, []).append(dissent)
    return [dissent for group in sorted(found) for dissent in _strongest(found[group])]


def _strongest(positions: list[Dissent]) -> list[Dissent]:
    return sorted(positions, key=lambda d: (-d.agreement, d.candidate.number))[:MOST_PER_GROUP]
