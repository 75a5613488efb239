"""Preference runs and people's labels for tests, made without a server."""

from itertools import count

from django.contrib.auth.models import User

from tests.factories import make_adopted_constitution, make_facilitator
from training.models import GenerationRun, LabelItem, LabelSheet, PairLabel
from training.prompts import Prompt
from training.services import execute_run, start_run

_serial = count()


def make_preference_run(n_prompts: int = 6, *, is_executed: bool = True, **options) -> GenerationRun:
    """A rehearsed run, whose judge prefers some texts to others more or less."""
    run = start_run(
        constitution=make_adopted_constitution(),
        kind="preference",
        prompts=[Prompt(f"Question number {n}?", tags=("benign",)) for n in range(n_prompts)],
        model="rehearsal/demonstration",
        options={"samples": 3, **options},
    )
    return execute_run(run=run) if is_executed else run


def make_sheet(*labels: float, n_core: int = 1) -> LabelSheet:
    """A sheet of pairs with these labels by the model, each of a prompt of its own."""
    run = make_preference_run(1, is_executed=False)
    sheet = LabelSheet.objects.create(run=run, seed=0, n_core=n_core)
    LabelItem.objects.bulk_create(
        LabelItem(
            sheet=sheet,
            position=position,
            pair_id=f"pair-{position}",
            prompt_id=f"prompt-{position}",
            prompt=f"What about {position}?",
            first=f"The earlier answer to {position}.",
            second=f"The later answer to {position}.",
            principle_ids=[1 + position % 3],
            stratum="principle 1, in between",
            label=label,
        )
        for position, label in enumerate(labels, start=1)
    )
    return sheet


def label_all(sheet: LabelSheet, *choices: str, labeler: User | None = None) -> User:
    """One person says these things of the sheet's pairs, in their order."""
    labeler = labeler or make_facilitator(f"labeler{next(_serial)}")
    for item, choice in zip(sheet.items.all(), choices, strict=False):
        PairLabel.objects.create(item=item, labeler=labeler, choice=choice, first_stood_left=True)
    return labeler
