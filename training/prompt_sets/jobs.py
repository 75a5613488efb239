"""Queued work: writing prompts for what is not exercised, and finding what is."""

import logging

from procrastinate.contrib.django import app

from constitution.models import Constitution
from training.models import PromptSet
from training.prompt_sets.coverage import find_by_similarity
from training.prompt_sets.generating import fill_gaps, name_by_model
from training.services import RunInProgress
from training.shards import RunStopped

logger = logging.getLogger(__name__)


@app.task(queue="training", pass_context=False)
def write_missing_prompts(constitution_id: int, prompt_set_id: int, model: str, at_least: int) -> None:
    """Have a model write prompts until each principle has enough; its runs say how it went."""
    constitution = Constitution.objects.get(pk=constitution_id)
    prompt_set = PromptSet.objects.get(pk=prompt_set_id)
    try:
        fill_gaps(constitution=constitution, prompt_set=prompt_set, model=model, at_least=at_least)
    except (RunInProgress, RunStopped) as error:
        logger.warning("writing prompts for %s stopped: %s", constitution.reference, error)


@app.task(queue="training", pass_context=False)
def find_exercised_principles(constitution_id: int, prompt_set_id: int, model: str) -> None:
    """Find which principles each prompt exercises: by the model, or without one by their words."""
    constitution = Constitution.objects.get(pk=constitution_id)
    prompt_set = PromptSet.objects.get(pk=prompt_set_id)
    try:
        if model:
            name_by_model(constitution=constitution, prompt_set=prompt_set, model=model)
        else:
            find_by_similarity(constitution=constitution, prompt_set=prompt_set)
    except (RunInProgress, RunStopped) as error:
        logger.warning("finding what prompts exercise in %s stopped: %s", constitution.reference, error)
