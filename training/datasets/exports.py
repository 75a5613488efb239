"""Datasets that somebody asked for on a page: written by a worker, kept as a folder and a zip under var/."""

import hashlib
import json
import shutil
import zipfile
from pathlib import Path
from typing import Any

from django.conf import settings
from django.contrib.auth.models import User

from training.datasets.errors import DatasetError
from training.datasets.mixing import HelpfulSource
from training.datasets.splitting import kept_back_sha256
from training.datasets.tracing import withdrawn_statements
from training.datasets.writing import ExportOptions, export_dataset
from training.models import DatasetExport, GenerationRun
from training.services import run_folder
from training.shards import sha256_of

MEGABYTE = 1_000_000
Status = DatasetExport.Status


class ExportTooLarge(DatasetError):
    """The run holds more than a page should make a download of."""


def start_export(*, run: GenerationRun, options: ExportOptions, made_by: User | None = None) -> DatasetExport:
    """Return the export with these options, prompt sets and withdrawals: one made before, or a new one."""
    check_size(run)
    told = {"format": options.format, "licence": options.licence, **options.describe()}
    if options.helpful is not None:
        if options.helpful.run is None:
            raise DatasetError(
                "On pages helpful rows come from a run; name files to the command export_dataset."
            )
        told["helpful"]["run"] = str(options.helpful.run.pk)
    withdrawn = withdrawn_behind(run, options.helpful)
    if withdrawn:
        told["withdrawn"] = withdrawn
    kept_back = kept_back_sha256()
    shaping = json.dumps(
        {"run": run.fingerprint, "options": told} | ({"kept_back": kept_back} if kept_back else {}),
        sort_keys=True,
    )
    export, _ = DatasetExport.objects.get_or_create(
        fingerprint=hashlib.sha256(shaping.encode()).hexdigest(),
        defaults={"run": run, "options": told, "made_by": made_by},
    )
    return export


def check_size(run: GenerationRun) -> None:
    """A page makes no download of a run whose samples are larger than the site allows."""
    files = (run_folder(run) / log["samples"] for log in run.logs)
    n_bytes = sum(path.stat().st_size for path in files if path.is_file())
    if n_bytes > settings.DATASET_EXPORT_LIMIT_MB * MEGABYTE:
        raise ExportTooLarge(
            f"The samples of this run take {n_bytes // MEGABYTE} MB; pages export at most "
            f"{settings.DATASET_EXPORT_LIMIT_MB} MB. Use the command export_dataset."
        )


def withdrawn_behind(run: GenerationRun, helpful: HelpfulSource | None) -> dict[str, list[int]]:
    """The withdrawn statements behind a dataset's rows, by constitution; nothing while there are none."""
    constitutions = {run.constitution, helpful.constitution if helpful else None} - {None}
    found = {each.sha256: sorted(withdrawn_statements(each)) for each in constitutions if each}
    return {sha256: numbers for sha256, numbers in found.items() if numbers}


def withdrawn_since(export: DatasetExport) -> list[int]:
    """Statements behind an export that were withdrawn after it was asked for (some queries)."""
    known = export.options.get("withdrawn", {})
    now = withdrawn_behind(export.run, read_options(export).helpful)
    return sorted({n for sha256, numbers in now.items() for n in numbers if n not in known.get(sha256, ())})


def read_options(export: DatasetExport) -> ExportOptions:
    """The options as they were chosen."""
    told: dict[str, Any] = export.options
    helpful = None
    if told["helpful"]:
        run = GenerationRun.objects.get(pk=told["helpful"]["run"])
        helpful = HelpfulSource(share=told["helpful"]["share"], run=run)
    names = ("format", "held_out", "seed", "licence", "without_withdrawn")
    return ExportOptions(
        helpful=helpful,
        without_statements=tuple(told["without_statements"]),
        calibration=told.get("calibration", 0),
        **{name: told[name] for name in names},
    )


def folder_of(export: DatasetExport) -> Path:
    """The folder of the dataset itself."""
    return Path(settings.VAR_DIR) / "exports" / str(export.pk) / file_stem(export)


def zip_of(export: DatasetExport) -> Path:
    return folder_of(export).with_suffix(".zip")


def file_stem(export: DatasetExport) -> str:
    """What the download is called: the conversation, the format, and a few letters that keep two apart."""
    slug = export.run.constitution.conversation.slug
    return f"{slug}-{export.options['format']}-{str(export.pk)[:8]}"


def execute_export(*, export: DatasetExport) -> DatasetExport:
    """Write the dataset and its zip; a failure is kept on the row, and the export may be tried again."""
    if export.status == Status.FINISHED and zip_of(export).is_file():
        return export
    change(export, status=Status.RUNNING, error="")
    folder = folder_of(export)
    try:
        tally = export_dataset(run=export.run, out=folder, options=read_options(export))
    except (DatasetError, GenerationRun.DoesNotExist, ValueError) as error:
        change(export, status=Status.FAILED, error=str(error))
        return export
    write_zip(folder, zip_of(export))
    change(
        export,
        status=Status.FINISHED,
        n_rows=tally.n_rows,
        n_bytes=zip_of(export).stat().st_size,
        manifest_sha256=sha256_of(folder / "manifest.json"),
    )
    return export


def write_zip(folder: Path, path: Path) -> None:
    """Pack a folder's files, so that the zip is either whole or absent."""
    draft = path.with_name(f".{path.name}")
    with zipfile.ZipFile(draft, "w", zipfile.ZIP_DEFLATED) as packed:
        for file in sorted(folder.iterdir()):
            packed.write(file, f"{folder.name}/{file.name}")
    draft.replace(path)


def remove_export(*, export: DatasetExport) -> None:
    """Delete an export and its files."""
    shutil.rmtree(folder_of(export).parent, ignore_errors=True)
    export.delete()


def change(export: DatasetExport, **fields: Any) -> None:
    for name, value in fields.items():
        setattr(export, name, value)
    export.save(update_fields=list(fields))
