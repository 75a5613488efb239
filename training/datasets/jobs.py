"""Queued work: writing a dataset that somebody asked for on a page."""

import logging

from django.db import transaction
from procrastinate.contrib.django import app
from procrastinate.exceptions import AlreadyEnqueued

from training.datasets.exports import Status, change, execute_export
from training.models import DatasetExport

logger = logging.getLogger(__name__)


def queue_export(*, export: DatasetExport) -> bool:
    """Hand an export to a worker; False if it waits for one already, or is written."""
    if export.status in (Status.FINISHED, Status.RUNNING):
        return False
    job = write_dataset_export.configure(queueing_lock=f"export-{export.pk}")
    try:
        with transaction.atomic():
            job.defer(export_id=str(export.pk))
            change(export, status=Status.QUEUED, error="")
    except AlreadyEnqueued:
        return False
    return True


@app.task(queue="training", pass_context=False)
def write_dataset_export(export_id: str) -> None:
    """Write the dataset; the export's row says how it went."""
    export = DatasetExport.objects.select_related("run__constitution__conversation").get(pk=export_id)
    try:
        execute_export(export=export)
    except Exception as error:  # a job's outer loop: the row must say what happened
        logger.exception("Export %s failed.", export_id)
        change(export, status=Status.FAILED, error=str(error) or type(error).__name__)
