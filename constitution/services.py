"""Decide: save a rule, draft a constitution under it, adopt the draft."""

from collections.abc import Sequence
from typing import Any

from django.contrib.auth.models import User
from django.db import connection, transaction
from django.utils import timezone
from django.utils.text import slugify

from analysis.models import Analysis
from constitution.documents import build_document, document_sha256
from constitution.models import Constitution, Principle, PrincipleSource, Rule
from constitution.selection import Candidate, Selection, select_statements
from constitution.wording import Wording, word_principle
from voting.models import Conversation

# With two groups a level of 0.85 is the threshold GAC > 0.723 that the first public constitution used.
DEFAULT_LEVEL = 0.85
DEFAULT_VOTES = 10
DEFAULT_PRINCIPLES = 75
POSITIONS_NAMED = 20


class RuleRefused(ValueError):
    """The rule's parameters make no sense; the message says which, in words for people."""


class RuleNameTaken(RuleRefused):
    def __init__(self, rule: Rule) -> None:
        super().__init__(
            f"There is a rule “{rule.name}” already, with other parameters ({rule.description}). "
            "A saved rule never changes: choose another name."
        )


class NothingQualifies(Exception):
    """No statement meets the rule."""

    def __init__(self, rule: Rule, selection: Selection) -> None:
        self.selection = selection
        super().__init__(_why_nothing(rule, selection))


class CannotAdopt(Exception):
    """The draft cannot be adopted as it stands; the message says why."""


class AlreadyAdopted(CannotAdopt):
    def __init__(self, constitution: Constitution) -> None:
        super().__init__(f"{constitution.reference} was adopted already and cannot change.")


class EmptyConstitution(CannotAdopt):
    """There is no principle, or one without words."""


class UnsettledWording(CannotAdopt):
    """Some principles still wait for a person's wording."""

    def __init__(self, positions: Sequence[int]) -> None:
        self.positions = list(positions)
        listed = ", ".join(str(position) for position in positions[:POSITIONS_NAMED])
        if len(self.positions) > POSITIONS_NAMED:
            listed += " and so on"
        super().__init__(
            f"No wording rule fitted {len(self.positions)} of the principles (number {listed}). "
            "Word them, or confirm that they stand as the public wrote them."
        )


class ConstitutionNotFound(LookupError):
    """Nothing has this reference; the message says what there is."""


def save_rule(
    *,
    name: str | None = None,
    min_level: float = DEFAULT_LEVEL,
    min_votes_per_group: int = DEFAULT_VOTES,
    max_principles: int = DEFAULT_PRINCIPLES,
    order: str = Rule.Order.LEVEL,
) -> Rule:
    """Save a rule for good; the same parameters again give the same rule."""
    rule = Rule(
        min_level=min_level,
        min_votes_per_group=min_votes_per_group,
        max_principles=max_principles,
        order=order,
    )
    _check_rule(rule)
    rule.name = slugify(name) if name else _name_of(rule)
    if not rule.name:
        raise RuleRefused("A rule's name needs letters or digits.")
    kept, _ = Rule.objects.get_or_create(name=rule.name, defaults=_parameters(rule))
    if _parameters(kept) != _parameters(rule):
        raise RuleNameTaken(kept)
    return kept


def _check_rule(rule: Rule) -> None:
    if not 0 <= rule.min_level <= 1:
        raise RuleRefused(f"The level must lie between 0 and 1, not {rule.min_level:g}.")
    if rule.min_votes_per_group < 0:
        raise RuleRefused("The least number of votes cannot be negative.")
    if rule.max_principles < 1:
        raise RuleRefused("A constitution needs room for at least one principle.")
    if rule.order not in Rule.Order.values:
        raise RuleRefused(f"The order must be one of {', '.join(Rule.Order.values)}, not “{rule.order}”.")


def _parameters(rule: Rule) -> dict[str, Any]:
    return {
        "min_level": rule.min_level,
        "min_votes_per_group": rule.min_votes_per_group,
        "max_principles": rule.max_principles,
        "order": str(rule.order),
    }


def _name_of(rule: Rule) -> str:
    level = f"{rule.min_level!r}".replace(".", "_")
    return f"level-{level}-votes-{rule.min_votes_per_group}-max-{rule.max_principles}-by-{rule.order}"


def _why_nothing(rule: Rule, selection: Selection) -> str:
    if selection.highest_level is None:
        return "The analysis has no accepted statement, so there is nothing to draft from."
    return (
        f"No statement qualifies. Of {selection.n_considered}, {selection.n_below_level} stay below the "
        f"level {rule.min_level:g} and {selection.n_few_votes} have fewer than {rule.min_votes_per_group} "
        f"votes from some group ({selection.n_failing_both} both); the highest level reached is "
        f"{selection.highest_level:.3f}."
    )


def draft_constitution(
    *, analysis: Analysis, rule: Rule, title: str | None = None, reuse_adopted: bool = False
) -> Constitution:
    """Draft a new version; an untouched draft with the same content is given back instead.

    With `reuse_adopted`, an adopted constitution that came unchanged from the same draft is given back too.
    """
    selection = select_statements(analysis, rule)
    if not selection.chosen:
        raise NothingQualifies(rule, selection)
    conversation = analysis.conversation
    worded = [(candidate, word_principle(candidate.text)) for candidate in selection.chosen]
    with transaction.atomic():
        _lock_versions(conversation)
        same = _find_same(analysis, rule, title or conversation.title, worded, reuse_adopted)
        if same is not None:
            return same
        constitution = Constitution.objects.create(
            conversation=conversation,
            analysis=analysis,
            rule=rule,
            version=_next_version(conversation),
            title=title or conversation.title,
            population=conversation.population,
        )
        _add_principles(constitution, worded)
    return constitution


def _lock_versions(conversation: Conversation) -> None:
    """Let one transaction at a time add versions to a conversation, without holding up its voters."""
    with connection.cursor() as cursor:
        key = f"constitutions of {conversation.pk}"
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [key])


def _next_version(conversation: Conversation) -> int:
    latest = conversation.constitutions.order_by("-version").first()
    return 1 if latest is None else latest.version + 1


def _find_same(
    analysis: Analysis,
    rule: Rule,
    title: str,
    worded: Sequence[tuple[Candidate, Wording]],
    reuse_adopted: bool,
) -> Constitution | None:
    """An unedited constitution of the same title from the same statements, worded alike."""
    untouched = analysis.constitutions.filter(rule=rule, title=title, edits=None)
    if not reuse_adopted:
        untouched = untouched.filter(status=Constitution.Status.DRAFT)
    wanted = [(wording.text, candidate.statement_id) for candidate, wording in worded]
    for constitution in untouched.order_by("-version"):
        rows = constitution.principles.order_by("position").values_list("text", "sources__statement_id")
        if list(rows) == wanted:
            return constitution
    return None


def _add_principles(constitution: Constitution, worded: Sequence[tuple[Candidate, Wording]]) -> None:
    principles = Principle.objects.bulk_create(
        Principle(
            constitution=constitution,
            position=position,
            text=wording.text,
            framing=wording.framing,
            needs_editing=wording.needs_editing,
        )
        for position, (_, wording) in enumerate(worded, start=1)
    )
    PrincipleSource.objects.bulk_create(
        PrincipleSource(
            principle=principle, statement_id=candidate.statement_id, original_text=candidate.text
        )
        for principle, (candidate, _) in zip(principles, worded, strict=True)
    )


def adopt_constitution(
    *, constitution: Constitution, by: User | None = None, accept_flagged: bool = False
) -> Constitution:
    """Freeze a draft with its hash. Principles flagged for editing need `accept_flagged`."""
    with transaction.atomic():
        # The lock keeps edits out while the document is written; the condition below settles the race.
        draft = Constitution.objects.select_for_update().get(pk=constitution.pk)
        if draft.is_adopted():
            raise AlreadyAdopted(draft)
        _check_principles(draft, accept_flagged=accept_flagged)
        adopted_at = timezone.now()
        document = build_document(draft, adopted_at=adopted_at)
        n_moved = Constitution.objects.filter(pk=draft.pk, status=Constitution.Status.DRAFT).update(
            status=Constitution.Status.ADOPTED,
            adopted_at=adopted_at,
            adopted_by=by,
            document=document,
            sha256=document_sha256(document),
        )
        if n_moved != 1:
            raise AlreadyAdopted(draft)
    constitution.refresh_from_db()
    return constitution


def _check_principles(draft: Constitution, *, accept_flagged: bool) -> None:
    principles = list(draft.principles.all())
    if not principles:
        raise EmptyConstitution("This draft has no principle left: there is nothing to adopt.")
    empty = [p.position for p in principles if not p.text.strip()]
    if empty:
        raise EmptyConstitution(f"Principle {empty[0]} has no words.")
    flagged = [p.position for p in principles if p.needs_editing]
    if flagged and not accept_flagged:
        raise UnsettledWording(flagged)


def find_constitution(reference: str) -> Constitution:
    """Find "slug" (the latest adopted version) or "slug@version" (that one, draft or adopted)."""
    slug, _, version = reference.partition("@")
    versions = Constitution.objects.select_related("conversation").filter(conversation__slug=slug)
    if not version:
        found = versions.filter(status=Constitution.Status.ADOPTED).first()
    else:
        found = versions.filter(version=version).first() if version.isdecimal() else None
    if found is None:
        raise ConstitutionNotFound(_what_there_is(reference, slug, list(versions)))
    return found


def find_draft(slug: str) -> Constitution:
    """Find the latest draft of a conversation, or its latest adopted version where there is no draft."""
    drafts = Constitution.objects.filter(conversation__slug=slug, status=Constitution.Status.DRAFT)
    return drafts.select_related("conversation").first() or find_constitution(slug)


def _what_there_is(reference: str, slug: str, versions: Sequence[Constitution]) -> str:
    if not versions:
        return f"There is no constitution of “{slug}” yet."
    listed = ", ".join(f"{c.reference} ({c.status})" for c in reversed(versions))
    return f"There is no constitution “{reference}”. There is {listed}."
