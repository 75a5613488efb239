"""The main job in one call: a folder of votes in, an adopted constitution in every format out."""

from collections.abc import Callable, Collection
from pathlib import Path

from django.utils.text import slugify

from analysis.services import run_analysis
from constitution.export import MEDIA_TYPES, export_constitution
from constitution.models import Constitution
from constitution.services import DEFAULT_LEVEL, adopt_constitution, draft_constitution, save_rule
from voting.exchange import import_polis


def build_constitution(
    *,
    directory: Path,
    out: Path,
    slug: str | None = None,
    title: str | None = None,
    lock_k: int | None = None,
    exclude: Collection[int] = (),
    min_votes: int = 0,
    level: float = DEFAULT_LEVEL,
    progress: Callable[[str], None],
) -> Constitution:
    """Import, analyze, draft, adopt and export; doing it again writes the same files."""
    rule = save_rule(min_level=level)
    out.mkdir(parents=True, exist_ok=True)
    imported = import_polis(
        directory=directory,
        slug=slug or slugify(directory.resolve().name),
        title=title,
        exclude=exclude,
        min_votes=min_votes,
        progress=progress,
    )
    progress(f"Analyzing {imported.n_counted_votes:,} votes")
    analysis = run_analysis(conversation=imported.conversation, lock_k=lock_k)
    progress(f"Drafting from {analysis.n_statements} statements and {analysis.k} groups")
    constitution = draft_constitution(analysis=analysis, rule=rule, reuse_adopted=True)
    if not constitution.is_adopted():
        progress(f"Adopting {constitution.reference}")
        adopt_constitution(constitution=constitution, accept_flagged=True)
    write_exports(constitution, out, progress=progress)
    return constitution


def write_exports(constitution: Constitution, out: Path, *, progress: Callable[[str], None]) -> None:
    """Write every format into a folder: constitution.json, constitution.md, constitution.prompt.txt …"""
    for format, (_, extension) in MEDIA_TYPES.items():
        path = out / f"constitution.{extension}"
        path.write_text(export_constitution(constitution, format), encoding="utf-8")
        progress(f"Wrote {path}")
