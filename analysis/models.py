"""What we conclude from the votes: frozen analyses, their groups, positions and support.

The database refuses every UPDATE of these rows (migration 0004); only CurrentAnalysis may move.
"""

from typing import ClassVar

from django.db import models
from django.utils import timezone

from voting.models import Conversation, Participant, Statement

# Fewer people than this are not described as a group: somebody might recognize them.
MIN_PEOPLE = 5


def group_letter(number: int) -> str:
    """The name people see: A, B, C … Z, A2 …"""
    round_, place = divmod(number, 26)
    return chr(ord("A") + place) + (str(round_ + 1) if round_ else "")


class Analysis(models.Model):
    """One frozen calculation over a conversation's votes; a later one never changes it."""

    conversation = models.ForeignKey(Conversation, on_delete=models.CASCADE, related_name="analyses")
    number = models.IntegerField()
    votes_sha256 = models.CharField(max_length=64)
    result_sha256 = models.CharField(
        max_length=64, help_text="SHA-256 of the canonical JSON of the whole result."
    )
    code_version = models.CharField(max_length=60)
    parameters = models.JSONField()
    n_participants = models.IntegerField()
    n_statements = models.IntegerField()
    n_votes = models.BigIntegerField()
    k = models.SmallIntegerField()
    silhouette_by_k = models.JSONField(default=dict)
    representative = models.JSONField(default=dict)
    majority = models.JSONField(default=dict)
    uncertain = models.JSONField(default=list)
    uncertainty = models.JSONField(
        null=True, help_text="How sure groups, levels and ranks are; null where it was not measured."
    )
    created_at = models.DateTimeField(default=timezone.now, editable=False)

    class Meta:
        ordering: ClassVar = ["-number"]
        verbose_name_plural = "analyses"
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["conversation", "number"], name="analysis_number_unique"),
        ]

    def __str__(self) -> str:
        return f"analysis {self.number} of {self.conversation_id}"


class CurrentAnalysis(models.Model):
    """The analysis a conversation's pages show: the one that was asked for last."""

    conversation = models.OneToOneField(
        Conversation, on_delete=models.CASCADE, primary_key=True, related_name="current_analysis"
    )
    analysis = models.ForeignKey(Analysis, on_delete=models.CASCADE, related_name="+")

    class Meta:
        verbose_name_plural = "current analyses"

    def __str__(self) -> str:
        return f"{self.analysis_id} for conversation {self.conversation_id}"


class AnalysisFailure(models.Model):
    """Why the analysis that was queued last gave no result; gone once one succeeds."""

    conversation = models.OneToOneField(
        Conversation, on_delete=models.CASCADE, primary_key=True, related_name="analysis_failure"
    )
    reason = models.TextField()

    def __str__(self) -> str:
        return self.reason


class OpinionGroup(models.Model):
    """Participants who vote alike in one analysis."""

    analysis = models.ForeignKey(Analysis, on_delete=models.CASCADE, related_name="groups")
    number = models.SmallIntegerField()
    size = models.IntegerField()

    class Meta:
        ordering: ClassVar = ["number"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["analysis", "number"], name="group_number_unique"),
        ]

    def __str__(self) -> str:
        return f"Group {self.letter}"

    @property
    def is_small(self) -> bool:
        """Whether it is too small to be described."""
        return self.size < MIN_PEOPLE

    @property
    def letter(self) -> str:
        """The group's name: A, B, C …"""
        return group_letter(self.number)


class Position(models.Model):
    """Where one participant stands on the map of an analysis, and in which group."""

    analysis = models.ForeignKey(Analysis, on_delete=models.CASCADE, related_name="positions")
    participant = models.ForeignKey(Participant, on_delete=models.CASCADE, related_name="positions")
    group_number = models.SmallIntegerField(null=True)
    x = models.FloatField()
    y = models.FloatField()
    n_votes = models.IntegerField()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["analysis", "participant"], name="position_once_per_analysis"),
        ]

    def __str__(self) -> str:
        return f"({self.x:.2f}, {self.y:.2f})"


class StatementResult(models.Model):
    """What all participants together, and all groups together, make of one statement."""

    analysis = models.ForeignKey(Analysis, on_delete=models.CASCADE, related_name="results")
    statement = models.ForeignKey(Statement, on_delete=models.CASCADE, related_name="results")
    text = models.TextField(blank=True, default="", help_text="The wording that was voted on.")
    n_agree = models.IntegerField()
    n_disagree = models.IntegerField()
    n_pass = models.IntegerField()
    gac = models.FloatField(
        help_text="Group-aware consensus: the product of the groups' estimated agreement."
    )
    gac_level = models.FloatField(help_text="GAC to the power 1/k: comparable between numbers of groups.")
    gac_disagree = models.FloatField()
    gac_lower = models.FloatField(help_text="5 % lower bound of the level under a Beta(1,1) prior.")
    weakest_agreement = models.FloatField(help_text="The least agreement any group shows.")
    extremity = models.FloatField()
    priority = models.FloatField()
    # What places a person by their votes; null in analyses made before these were kept.
    center = models.FloatField(null=True, help_text="Mean vote; 0 where the statement shapes no map.")
    loading_x = models.FloatField(null=True, help_text="Share of the statement in the map's first direction.")
    loading_y = models.FloatField(
        null=True, help_text="Share of the statement in the map's second direction."
    )

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["analysis", "statement"], name="result_once_per_statement"),
        ]

    def __str__(self) -> str:
        return f"{self.gac_level:.2f} on statement {self.statement_id}"


class Support(models.Model):
    """How one group voted on one statement."""

    group = models.ForeignKey(OpinionGroup, on_delete=models.CASCADE, related_name="support")
    statement = models.ForeignKey(Statement, on_delete=models.CASCADE, related_name="support")
    n_agree = models.IntegerField()
    n_disagree = models.IntegerField()
    n_pass = models.IntegerField()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["group", "statement"], name="support_once_per_group"),
        ]

    def __str__(self) -> str:
        return f"{self.n_agree}/{self.n_seen} in group {self.group_id}"

    @property
    def n_seen(self) -> int:
        return self.n_agree + self.n_disagree + self.n_pass

    @property
    def agreement(self) -> float:
        """Estimated probability of agreeing, (A+1)/(S+2)."""
        return (self.n_agree + 1) / (self.n_seen + 2)
