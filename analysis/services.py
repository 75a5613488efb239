"""Run an analysis: votes in, one frozen set of rows out."""

from django.db import transaction

from analysis.documents import analysis_to_dict, canonical_sha256
from analysis.history import load_history
from analysis.models import Analysis, CurrentAnalysis
from analysis.storage import lock_analyses, store_opinion_map, tell_routing
from opinion import OpinionMap, Votes, analyze
from voting.models import Conversation
from voting.version import CODE_VERSION
from voting.votes import CountedVotes, load_votes

__all__ = [
    "CannotAnalyze",
    "NoCountedStatements",
    "NoPublishedGroups",
    "NoVotes",
    "analysis_to_dict",
    "find_analysis",
    "run_analysis",
]


class CannotAnalyze(Exception):
    """The votes of this conversation give no analysis; the message says why, in words for people."""


class NoCountedStatements(CannotAnalyze):
    def __init__(self, conversation: Conversation) -> None:
        super().__init__(f"{conversation.slug} has no statement to analyze yet: accept or add one first.")


class NoVotes(CannotAnalyze):
    def __init__(self, conversation: Conversation) -> None:
        super().__init__(f"{conversation.slug} has no votes yet on the statements that count.")


class NoPublishedGroups(CannotAnalyze):
    def __init__(self, conversation: Conversation) -> None:
        super().__init__(f"{conversation.slug} was not imported with published groups.")


def run_analysis(
    *,
    conversation: Conversation,
    lock_k: int | None = None,
    seed: int = 0,
    use_published_groups: bool = False,
) -> Analysis:
    """Analyze the votes that count and store the result; asking again for the same gives the same row."""
    counted = load_votes(conversation)
    if len(counted.statement_numbers) == 0:
        raise NoCountedStatements(conversation)
    if len(counted.choices) == 0:
        raise NoVotes(conversation)
    groups = _published_groups(conversation, counted) if use_published_groups else None
    opinion_map = _find_opinion_map(conversation, counted, groups=groups, lock_k=lock_k, seed=seed)
    return _keep(conversation, opinion_map)


def find_analysis(conversation: Conversation, number: int | None = None) -> Analysis | None:
    """Fetch the analysis with this number, or else the one asked for last."""
    if number is not None:
        return conversation.analyses.filter(number=number).first()
    current = CurrentAnalysis.objects.select_related("analysis").filter(conversation=conversation).first()
    return current.analysis if current else conversation.analyses.first()


def _published_groups(conversation: Conversation, counted: CountedVotes) -> dict[int, int]:
    """The groups an import came with, of those people whose votes count."""
    voters = set(counted.persons.tolist())
    known = conversation.participants.filter(published_group__isnull=False)
    published = known.values_list("number", "published_group")
    groups = {number: group for number, group in published if number in voters and group is not None}
    if not groups:
        raise NoPublishedGroups(conversation)
    return groups


def _find_opinion_map(
    conversation: Conversation,
    counted: CountedVotes,
    *,
    groups: dict[int, int] | None,
    lock_k: int | None,
    seed: int,
) -> OpinionMap:
    """Calculate; what the mathematics refuses (a k out of range, say) is a sentence for the caller."""
    votes = Votes.from_arrays(
        counted.persons, counted.statements, counted.choices, all_statement_ids=counted.statement_numbers
    )
    metadata = counted.metadata_numbers.tolist()
    previous = load_history(conversation, votes.sha256) if groups is None else None
    try:
        return analyze(votes, metadata=metadata, groups=groups, lock_k=lock_k, previous=previous, seed=seed)
    except ValueError as error:
        raise CannotAnalyze(str(error)) from error


@transaction.atomic
def _keep(conversation: Conversation, opinion_map: OpinionMap) -> Analysis:
    """Store the map unless the same result is there already; one conversation stores one at a time."""
    lock_analyses(conversation)
    texts = dict(conversation.statements.values_list("number", "text"))
    document = opinion_map.to_dict(conversation=conversation.slug, texts=texts)
    sha256 = canonical_sha256(document)
    # An analysis from before loadings were kept places nobody new, so it is made again.
    same = conversation.analyses.filter(result_sha256=sha256, code_version=CODE_VERSION)
    analysis = same.exclude(results__loading_x__isnull=True).first()
    if analysis is None:
        analysis = store_opinion_map(
            conversation=conversation, opinion_map=opinion_map, document=document, result_sha256=sha256
        )
    tell_routing(conversation, opinion_map)
    CurrentAnalysis.objects.update_or_create(conversation=conversation, defaults={"analysis": analysis})
    return analysis
