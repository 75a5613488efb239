"""Queued work: writing prompts for what is not exercised, and finding what is."""

import logging
from typing import Any

from procrastinate.contrib.django import app

from constitution.models import Constitution
from training.budget import Budget
from training.models import PromptSet
from training.prompt_sets.coverage import find_by_similarity
from training.prompt_sets.generating import fill_gaps, name_by_model
from training.services import RunInProgress
from training.shards import RunStopped

logger = logging.getLogger(__name__)


def queue_writing(
    *, constitution: Constitution, prompt_set: PromptSet, budget: Budget | None = None, **how: Any
) -> None:
    """Have a worker write what is missing; `how` is that of `fill_gaps`."""
    both: dict[str, Any] = {"constitution_id": constitution.pk, "prompt_set_id": prompt_set.pk}
    write_missing_prompts.defer(**both, **budget_in_words(budget), **how)


def queue_naming(
    *, constitution: Constitution, prompt_set: PromptSet, budget: Budget | None = None, **how: Any
) -> None:
    """Have a worker find which principles prompts exercise; `how` is that of `name_by_model`."""
    both: dict[str, Any] = {"constitution_id": constitution.pk, "prompt_set_id": prompt_set.pk}
    find_exercised_principles.defer(**both, **budget_in_words(budget), **how)


def budget_in_words(budget: Budget | None) -> dict[str, Any]:
    """A budget as a job keeps it."""
    return {"tokens": budget.tokens, "dollars": budget.dollars} if budget else {}


@app.task(queue="training", pass_context=False)
def write_missing_prompts(
    constitution_id: int,
    prompt_set_id: int,
    tokens: int | None = None,
    dollars: float | None = None,
    **how: Any,
) -> None:
    """Have a model write prompts until each principle has enough; its runs say how it went."""
    constitution = Constitution.objects.get(pk=constitution_id)
    prompt_set = PromptSet.objects.get(pk=prompt_set_id)
    budget = Budget(tokens, dollars)
    try:
        filled = fill_gaps(constitution=constitution, prompt_set=prompt_set, budget=budget, **how)
    except (RunInProgress, RunStopped) as error:
        logger.warning("writing prompts for %s stopped: %s", constitution.reference, error)
    else:
        if filled.held:
            logger.info("writing prompts for %s is held: %s", constitution.reference, filled.held)


@app.task(queue="training", pass_context=False)
def find_exercised_principles(
    constitution_id: int,
    prompt_set_id: int,
    model: str = "",
    tokens: int | None = None,
    dollars: float | None = None,
    **how: Any,
) -> None:
    """Find which principles each prompt exercises: by the model, or without one by their words."""
    both: dict[str, Any] = {
        "constitution": Constitution.objects.get(pk=constitution_id),
        "prompt_set": PromptSet.objects.get(pk=prompt_set_id),
    }
    try:
        if model:
            name_by_model(**both, model=model, budget=Budget(tokens, dollars), **how)
        else:
            find_by_similarity(**both)
    except (RunInProgress, RunStopped) as error:
        logger.warning("finding what prompts exercise in %s stopped: %s", both["constitution"], error)
