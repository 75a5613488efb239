"""Queued work: making a classifier in a worker."""

import logging

from procrastinate.contrib.django import app

from training.classifiers.services import train_classifier
from training.models import GenerationRun

logger = logging.getLogger(__name__)


@app.task(queue="training", pass_context=False)
def train_content_classifier(run_id: str, reads: str, benign_refusal_rate: float) -> None:
    """Make the classifier; where the run's examples do not allow one, the log says why."""
    run = GenerationRun.objects.get(pk=run_id)
    try:
        train_classifier(run=run, reads=reads, benign_refusal_rate=benign_refusal_rate)
    except ValueError as error:
        logger.warning("no classifier from run %s: %s", run_id, error)
