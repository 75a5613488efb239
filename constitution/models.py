"""What a public decided: rules, principles with their sources, and constitutions."""

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy

from analysis.models import Analysis
from voting.models import Conversation, Statement


class Rule(models.Model):
    """The saved way statements qualify as principles; changing a rule means saving a new one."""

    class Order(models.TextChoices):
        LEVEL = "level", "Highest level of consensus first"
        WEAKEST = "weakest", "Highest agreement of the least agreeing group first"
        NUMBER = "number", "Order of submission"

    name = models.SlugField(max_length=80, unique=True)
    min_level = models.FloatField(help_text="Least per-group level of consensus, GAC^(1/k), between 0 and 1.")
    min_votes_per_group = models.IntegerField(
        default=5, help_text="Least votes a statement needs from every group."
    )
    max_principles = models.IntegerField(default=75)
    order = models.CharField(max_length=10, choices=Order.choices, default=Order.LEVEL)
    created_at = models.DateTimeField(default=timezone.now, editable=False)

    class Meta:
        ordering: ClassVar = ["name"]
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(min_level__gte=0, min_level__lte=1), name="rule_level_is_share"
            ),
            models.CheckConstraint(condition=Q(min_votes_per_group__gte=0), name="rule_votes_not_negative"),
            models.CheckConstraint(condition=Q(max_principles__gte=1), name="rule_keeps_something"),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def description(self) -> str:
        """The rule in one line for people."""
        return (
            f"level at least {self.min_level:g}, at least {self.min_votes_per_group} votes from every group, "
            f"at most {self.max_principles} principles, {self.get_order_display().lower()}"
        )


class Constitution(models.Model):
    """An ordered, versioned list of principles: a draft, then adopted and frozen."""

    class Status(models.TextChoices):
        DRAFT = "draft", gettext_lazy("Draft")
        ADOPTED = "adopted", gettext_lazy("Adopted")

    conversation = models.ForeignKey(Conversation, on_delete=models.PROTECT, related_name="constitutions")
    analysis = models.ForeignKey(Analysis, on_delete=models.PROTECT, related_name="constitutions")
    rule = models.ForeignKey(Rule, on_delete=models.PROTECT, related_name="constitutions")
    version = models.IntegerField()
    title = models.CharField(max_length=200)
    population = models.CharField(max_length=200, blank=True)
    status = models.CharField(max_length=10, choices=Status.choices, default=Status.DRAFT)
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    adopted_at = models.DateTimeField(null=True, blank=True)
    adopted_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    document = models.JSONField(null=True, blank=True, help_text="The whole constitution as adopted.")
    sha256 = models.CharField(
        max_length=64, blank=True, help_text="SHA-256 of the document's canonical JSON."
    )

    class Meta:
        ordering: ClassVar = ["-version"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["conversation", "version"], name="constitution_version_unique"),
            models.CheckConstraint(
                condition=Q(status="draft", sha256="", adopted_at__isnull=True, document__isnull=True)
                | (Q(status="adopted", adopted_at__isnull=False, document__isnull=False) & ~Q(sha256="")),
                name="constitution_adopted_with_hash",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.title}, version {self.version}"

    @property
    def reference(self) -> str:
        """How commands name this constitution: the conversation's slug and the version."""
        return f"{self.conversation.slug}@{self.version}"

    def is_adopted(self) -> bool:
        return self.status == self.Status.ADOPTED


class Principle(models.Model):
    """One sentence a model should follow, with what it was made from."""

    class Framing(models.TextChoices):
        POSITIVE = "positive", "Do this"
        NEGATIVE = "negative", "Avoid this"
        COMPARATIVE = "comparative", "More or less of this"
        VERBATIM = "verbatim", "The statement as it stands"

    constitution = models.ForeignKey(Constitution, on_delete=models.CASCADE, related_name="principles")
    position = models.IntegerField()
    text = models.TextField(help_text="Begins with “Choose the response that …”.")
    framing = models.CharField(max_length=12, choices=Framing.choices)
    weight = models.FloatField(default=1.0)
    rationale = models.TextField(blank=True)
    needs_editing = models.BooleanField(
        default=False, help_text="No wording rule fitted; a person should word it."
    )

    class Meta:
        ordering: ClassVar = ["position"]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["constitution", "position"],
                name="principle_position_unique",
                deferrable=models.Deferrable.DEFERRED,
            ),
            models.CheckConstraint(condition=Q(weight__gt=0), name="principle_weight_positive"),
        ]

    def __str__(self) -> str:
        return self.text


class PrincipleSource(models.Model):
    """A statement behind a principle. Its figures are those of the constitution's frozen analysis."""

    principle = models.ForeignKey(Principle, on_delete=models.CASCADE, related_name="sources")
    statement = models.ForeignKey(Statement, on_delete=models.PROTECT, related_name="principle_sources")
    original_text = models.TextField(help_text="The statement as it stood when the draft was made.")

    class Meta:
        ordering: ClassVar = ["statement__number"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["principle", "statement"], name="source_once_per_principle"),
        ]

    def __str__(self) -> str:
        return self.original_text


class DraftEdit(models.Model):
    """One change a person made to a draft: every subjective step stays on record."""

    class Kind(models.TextChoices):
        WORDING = "wording", "Wording"
        FRAMING = "framing", "Framing"
        WEIGHT = "weight", "Weight"
        RATIONALE = "rationale", "Rationale"
        ORDER = "order", "Order"
        REMOVAL = "removal", "Removal"

    constitution = models.ForeignKey(Constitution, on_delete=models.CASCADE, related_name="edits")
    kind = models.CharField(max_length=10, choices=Kind.choices)
    statements = models.JSONField(help_text="Numbers of the statements behind the principle.")
    before = models.TextField(blank=True)
    after = models.TextField(blank=True)
    made_at = models.DateTimeField(default=timezone.now, editable=False)
    made_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )

    class Meta:
        ordering: ClassVar = ["pk"]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} of a principle from statements {self.statements}"
