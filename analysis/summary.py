"""An analysis as a few lines of plain text, for the terminal."""

from textwrap import shorten

from analysis.models import Analysis
from analysis.report import Report

TOP = 5


def summarize(analysis: Analysis) -> str:
    """Say how many people, statements, votes and groups there are, and what they agree on most."""
    report = Report(analysis)
    groups = ", ".join(f"{group.letter} {group.size:,}" for group in report.groups) or "none"
    lines = [
        f"Analysis {analysis.number} of {analysis.conversation.slug}: {analysis.n_participants:,} people, "
        f"{analysis.n_statements:,} statements, {analysis.n_votes:,} votes.",
        f"Groups: {groups}.{_silhouettes(analysis)}",
        f"{report.headline}.",
    ]
    for row in report.shared[:TOP]:
        lines.append(f"  {row.gac_level:.3f}  {row.number:>5}  {shorten(row.text, 80, placeholder='…')}")
    return "\n".join(lines)


def _silhouettes(analysis: Analysis) -> str:
    if not analysis.silhouette_by_k:
        return ""
    scores = sorted((int(k), score) for k, score in analysis.silhouette_by_k.items() if score is not None)
    return " Silhouette by number of groups: " + ", ".join(f"{k}: {score:.3f}" for k, score in scores) + "."
