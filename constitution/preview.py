"""What a rule would yield from the current analysis, before it is saved."""

from dataclasses import dataclass
from typing import Any

from analysis.services import find_analysis
from constitution.forms import RuleForm
from constitution.models import Rule
from constitution.selection import Candidate, Selection, select_statements
from constitution.wording import Wording, word_principle
from voting.models import Conversation

SHOWN = 8


@dataclass(frozen=True)
class Preview:
    """A rule's yield with the first principles as they would read."""

    selection: Selection
    shown: list[tuple[Candidate, Wording]]
    n_flagged: int

    @property
    def n_more(self) -> int:
        return len(self.selection.chosen) - len(self.shown)


def preview_rule(conversation: Conversation, form: RuleForm) -> Preview | None:
    """Apply the form's rule; None where there is no analysis or the form is wrong."""
    analysis = find_analysis(conversation)
    if analysis is None or (form.is_bound and not form.is_valid()):
        return None
    selection = select_statements(analysis, Rule(**_parameters(form)))
    worded = [(candidate, word_principle(candidate.text)) for candidate in selection.chosen]
    n_flagged = sum(wording.needs_editing for _, wording in worded)
    return Preview(selection, worded[:SHOWN], n_flagged)


def _parameters(form: RuleForm) -> dict[str, Any]:
    values = form.cleaned_data if form.is_bound else form.initial_values()
    return {name: values[name] for name in ("min_level", "min_votes_per_group", "max_principles", "order")}
