"""A Polis export becomes a conversation: whole or not at all, and only once."""

import hashlib
import json
from collections.abc import Collection
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
from django.contrib.auth.models import User
from django.core.exceptions import ValidationError
from django.core.validators import validate_slug
from django.db import transaction
from django.utils import timezone

from voting.bulk import copy_participants, copy_statements, copy_votes, look_up
from voting.exchange.polis_files import UNKNOWN_TIME, PolisExport, Report, read_export
from voting.models import Conversation, Statement


class ImportRefused(Exception):
    """The import cannot be done as asked; nothing was changed."""


@dataclass(frozen=True)
class ImportResult:
    """The conversation an import stands for, whether this run made it, and what it holds.

    Counted votes are those on statements that count; agrees, disagrees and passes are among these.
    """

    conversation: Conversation
    is_new: bool
    n_participants: int
    n_statements: int
    n_accepted: int
    n_votes: int
    n_counted_votes: int
    n_agrees: int
    n_disagrees: int
    n_passes: int


def import_polis(
    *,
    directory: str | Path,
    slug: str,
    title: str | None = None,
    exclude: Collection[int] = (),
    min_votes: int = 0,
    counts_pending: bool | None = None,
    owner: User | None = None,
    progress: Report | None = None,
) -> ImportResult:
    """Import the Polis export in a folder; doing it again changes nothing.

    `exclude` and `min_votes` leave people out, the latter by their votes on all statements, whatever became
    of these. Statements that nobody moderated count only with `counts_pending`; an export without any
    accepted statement was not moderated beforehand, so there they count unless that is forbidden.
    """
    report = progress or _say_nothing
    if not _is_slug(slug):
        raise ImportRefused(f"“{slug}” cannot be an address: letters, digits, - and _ only, at most 80.")
    export = _keep_people(read_export(Path(directory), report), exclude, min_votes)
    fields = _conversation_fields(export, title or export.title or slug, counts_pending)
    with transaction.atomic():
        conversation, is_new = Conversation.objects.get_or_create(
            slug=slug, defaults={**fields, "owner": owner}
        )
        if is_new:
            report(f"Writing {len(export.votes.choices):,} votes")
            _write(export, conversation)
        elif conversation.import_sha256 != fields["import_sha256"]:
            raise ImportRefused(
                f"The conversation “{slug}” is there already and came from something else; "
                "choose another slug. Nothing was changed."
            )
    return _count(export, conversation, is_new)


def _say_nothing(message: str) -> None:
    """Report to nobody."""


def _is_slug(slug: str) -> bool:
    try:
        validate_slug(slug)
    except ValidationError:
        return False
    return len(slug) <= 80


def _keep_people(export: PolisExport, exclude: Collection[int], min_votes: int) -> PolisExport:
    """Leave out excluded people and those with too few votes, with everything they did but write."""
    voters, n_votes = np.unique(export.votes.persons, return_counts=True)
    people = export.people if min_votes <= 0 else voters[n_votes >= min_votes]
    people = np.setdiff1d(people, np.array(sorted(exclude), dtype=np.int64))
    if not len(people):
        raise ImportRefused("Nobody is left: every participant is excluded or has too few votes.")
    kept = set(people.tolist())
    groups = {person: group for person, group in export.published_groups.items() if person in kept}
    return replace(export, people=people, published_groups=groups, votes=export.votes.of_people(people))


def _conversation_fields(export: PolisExport, title: str, counts_pending: bool | None) -> dict[str, Any]:
    if counts_pending is None:
        counts_pending = not _numbers_with(export, [Statement.Status.ACCEPTED])
    fields = {
        "title": title[:200],
        "description": export.description,
        "status": Conversation.Status.CLOSED,
        "is_strictly_moderated": not counts_pending,
        "source": f"Polis export {export.name}"[:200],
        "last_participant_number": _largest(export.people, [s.author for s in export.statements]),
        "last_statement_number": export.statements[-1].number,
    }
    return {**fields, "import_sha256": _digest(export, fields)}


def _largest(people: np.ndarray, authors: list[int | None]) -> int:
    """The largest participant number in use, so that nobody who joins later takes the number of another."""
    return max([int(people.max()), *(author for author in authors if author is not None)])


def _digest(export: PolisExport, fields: dict[str, Any]) -> str:
    """SHA-256 over everything the import would write."""
    texts = [fields, [asdict(s) for s in export.statements], sorted(export.published_groups.items())]
    digest = hashlib.sha256(json.dumps(texts, sort_keys=True, default=str).encode())
    votes = export.votes
    for numbers in (export.people, votes.persons, votes.statements, votes.choices, votes.cast_at):
        digest.update(len(numbers).to_bytes(8, "big") + numbers.tobytes())
    return digest.hexdigest()


def _write(export: PolisExport, conversation: Conversation) -> None:
    now = timezone.now()
    participants = copy_participants(
        conversation=conversation,
        numbers=export.people.tolist(),
        published_groups=export.published_groups,
        created_at=now,
    )
    statements = copy_statements(
        conversation=conversation,
        statements=export.statements,
        participant_ids=participants,
        created_at=now,
    )
    votes, now_microseconds = export.votes, int(now.timestamp() * 1_000_000)
    copy_votes(
        conversation=conversation,
        participants=look_up(participants, votes.persons),
        statements=look_up(statements, votes.statements),
        choices=votes.choices,
        cast_at=np.where(votes.cast_at == UNKNOWN_TIME, now_microseconds, votes.cast_at),
    )


def _numbers_with(export: PolisExport, statuses: list[str]) -> list[int]:
    return [statement.number for statement in export.statements if statement.status in statuses]


def _count(export: PolisExport, conversation: Conversation, is_new: bool) -> ImportResult:
    counted = _numbers_with(export, conversation.counted_statuses())
    choices = export.votes.choices[np.isin(export.votes.statements, counted)]
    return ImportResult(
        conversation=conversation,
        is_new=is_new,
        n_participants=len(export.people),
        n_statements=len(export.statements),
        n_accepted=len(_numbers_with(export, [Statement.Status.ACCEPTED])),
        n_votes=len(export.votes.choices),
        n_counted_votes=len(choices),
        n_agrees=int((choices == 1).sum()),
        n_disagrees=int((choices == -1).sum()),
        n_passes=int((choices == 0).sum()),
    )
