"""Writing a dataset's folder: rows by split, manifest and card, whole or not at all."""

import json
import os
import shutil
from collections import defaultdict
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from training.datasets.card import write_card
from training.datasets.errors import DatasetError, RunNotFinished
from training.datasets.items import Item, items_of
from training.datasets.mixing import HelpfulSource, choose_helpful
from training.datasets.rows import FORMATS, Format, Row, make_rows, table_schema
from training.datasets.splitting import HELD_OUT, TRAIN, kept_back, split_of
from training.datasets.tally import Tally
from training.datasets.tracing import RULES, Origins, origins_of
from training.models import GenerationRun
from training.services import run_folder
from training.shards import sha256_of

SCHEMA = 2
BATCH = 500
DEFAULT_LICENCE = "other"


@dataclass(frozen=True)
class ExportOptions:
    """What whoever exports decides: the form, what is mixed in, held out and left out, and the licence."""

    format: str
    held_out: float = 0.0
    helpful: HelpfulSource | None = None
    seed: int = 0
    licence: str = DEFAULT_LICENCE
    without_withdrawn: str = ""
    """A rule of `tracing.RULES`, or nothing to keep all rows."""
    without_statements: tuple[int, ...] = ()
    calibration: int = 0
    """Number of a calibration kept with the run, to be applied to soft labels, or 0 for none."""

    def __post_init__(self) -> None:
        if self.format not in FORMATS:
            raise ValueError(f"format must be one of {', '.join(FORMATS)}, not {self.format!r}")
        if not 0 <= self.held_out < 1:
            raise DatasetError(
                f"The share held out must be at least 0 and less than 1, not {self.held_out:g}."
            )
        if self.without_withdrawn not in ("", *RULES):
            raise ValueError(
                f"without_withdrawn must be one of {', '.join(RULES)}, not {self.without_withdrawn!r}"
            )

    def describe(self) -> dict[str, Any]:
        """What the manifest keeps of it."""
        return {
            "held_out": self.held_out,
            "helpful": self.helpful.describe() if self.helpful else None,
            "seed": self.seed,
            "without_withdrawn": self.without_withdrawn,
            "without_statements": sorted(self.without_statements),
            "calibration": self.calibration,
        }


def export_dataset(
    *, run: GenerationRun, out: Path, format: str = "", options: ExportOptions | None = None
) -> Tally:
    """Write the dataset folder whole or not at all; same run, options and prompt sets, same bytes."""
    options = options or ExportOptions(format)
    if run.status != GenerationRun.Status.FINISHED:
        raise RunNotFinished(
            f"Run {run.pk} is {run.status}, with {run.n_finished} of {run.n_samples} samples: "
            "start it again with the same inputs, then export."
        )
    refuse_foreign_folder(out)
    check_logs(run)
    origins = origins_behind(run, options)
    provenance = origins.provenances[run.constitution_sha256]
    out.parent.mkdir(parents=True, exist_ok=True)
    draft = out.with_name(f".{out.name}.{os.getpid()}")
    draft.mkdir()
    try:
        tally = write_rows(run, options, origins, draft)
        write_card(draft / "README.md", run, options, tally, provenance)
        write_manifest(draft, run, options, tally, origins)
        if out.exists():
            shutil.rmtree(out)
        draft.rename(out)
    finally:
        shutil.rmtree(draft, ignore_errors=True)
    return tally


def origins_behind(run: GenerationRun, options: ExportOptions) -> Origins:
    """The constitutions behind the rows, and what of theirs is left out."""
    return origins_of(
        run.constitution,
        options.helpful.constitution if options.helpful else None,
        without=options.without_statements,
        rule=options.without_withdrawn,
    )


def refuse_foreign_folder(out: Path) -> None:
    """A folder is replaced only if it is a dataset of ours or empty."""
    if not out.exists():
        return
    if not out.is_dir():
        raise DatasetError(f"{out} is a file: name a folder.")
    manifest = out / "manifest.json"
    if any(out.iterdir()) and not (manifest.is_file() and '"generation_run"' in manifest.read_text("utf-8")):
        raise DatasetError(f"{out} holds other files: name a new folder, or an earlier export to replace.")


def check_logs(run: GenerationRun) -> None:
    """Logs and samples must be those the run was finished with, byte for byte."""
    expected = {log["file"]: log["sha256"] for log in run.logs}
    expected |= {log["samples"]: log["samples_sha256"] for log in run.logs}
    for name, sha256 in expected.items():
        path = run_folder(run) / name
        if not path.is_file():
            raise DatasetError(f"The file {path} of run {run.pk} is missing.")
        if sha256_of(path) != sha256:
            raise DatasetError(f"The file {path} is not the one run {run.pk} was finished with.")


def write_rows(run: GenerationRun, options: ExportOptions, origins: Origins, folder: Path) -> Tally:
    """Stream the constitution's rows, then as many helpful ones as make up their share, into both splits."""
    tally = Tally()
    format = FORMATS[options.format]
    for_judging = kept_back()
    with DatasetFiles(folder, format) as files:

        def write(item: Item) -> None:
            split = split_of(item.request, options.held_out, for_judging)
            rows = list(make_rows(item, format, origins.statements_of(item.details)))
            files.write(split, rows)
            tally.add(item, split, len(rows))

        for item in worthy_items(run, options, origins, tally):
            write(item)
        for item in helpful_items(options, origins, tally):
            write(item)
    return tally


def worthy_items(
    run: GenerationRun, options: ExportOptions, origins: Origins, tally: Tally
) -> Iterator[Item]:
    """The items worth training on; what is dropped is counted with its reason."""
    for item in items_of(run, tally.drop, calibration=calibration_of(run, options.calibration)):
        if item.weight == 0 and not FORMATS[options.format].keeps_ties:
            tally.drop("the answers are about equally good")
        elif origins.is_unwanted(item.details):
            tally.drop(RULES[origins.rule])
            tally.withdrawn.append(item.details["sample_id"])
        else:
            yield item


def helpful_items(options: ExportOptions, origins: Origins, tally: Tally) -> list[Item]:
    """As many helpful items as make up their share; pairs that rest on what was withdrawn are not drawn."""
    if options.helpful is None:
        return []
    return choose_helpful(
        options.helpful,
        tally.n_items,
        seed=options.seed,
        needs_pairs=FORMATS[options.format].is_of_pairs,
        is_wanted=lambda item: not origins.is_unwanted(item.details),
    )


def calibration_of(run: GenerationRun, number: int) -> dict[str, Any] | None:
    """The curve to apply to the run's labels, if one is wanted."""
    if not number:
        return None
    kept = run.calibrations.filter(pk=number).first()
    if kept is None:
        raise DatasetError(
            f"Run {run.pk} has no calibration {number}; its agreement page lists those it has."
        )
    return dict(kept.parameters)


@dataclass
class DatasetFiles:
    """The files of the splits: JSON Lines and Parquet with the same rows, opened for their first row."""

    folder: Path
    format: Format
    stack: ExitStack = field(default_factory=ExitStack)
    waiting: dict[str, list[Row]] = field(default_factory=lambda: defaultdict(list))
    open: dict[str, tuple[Any, Any]] = field(default_factory=dict)

    def __enter__(self) -> "DatasetFiles":
        self.schema = table_schema(self.format)
        self.files_of(TRAIN)
        return self

    def __exit__(self, *error: Any) -> None:
        with self.stack:
            for split in list(self.waiting):
                self.flush(split)

    def files_of(self, split: str) -> tuple[Any, Any]:
        import pyarrow.parquet as pq

        if split not in self.open:
            lines = (self.folder / f"{split}.jsonl").open("w", encoding="utf-8")
            table = pq.ParquetWriter(self.folder / f"{split}.parquet", self.schema, compression="zstd")
            self.open[split] = self.stack.enter_context(lines), self.stack.enter_context(table)
        return self.open[split]

    def write(self, split: str, rows: list[Row]) -> None:
        self.waiting[split] += rows
        if len(self.waiting[split]) >= BATCH:
            self.flush(split)

    def flush(self, split: str) -> None:
        import pyarrow as pa

        rows = self.waiting.pop(split, [])
        if rows:
            lines, table = self.files_of(split)
            lines.writelines(json.dumps(row, ensure_ascii=False) + "\n" for row in rows)
            table.write_table(pa.Table.from_pylist(rows, schema=self.schema))


def write_manifest(
    folder: Path, run: GenerationRun, options: ExportOptions, tally: Tally, origins: Origins
) -> None:
    """Name every file with its hash, and the run behind them."""
    files = sorted(path for path in folder.iterdir() if path.name != "manifest.json")
    provenance = origins.provenances[run.constitution_sha256]
    principles = run.constitution.principles.order_by("position")
    manifest = {
        "schema": SCHEMA,
        "format": options.format,
        "licence": options.licence,
        "generation_run": str(run.pk),
        "fingerprint": run.fingerprint,
        "constitution": run.constitution.reference,
        "constitution_sha256": run.constitution_sha256,
        "constitutions_behind": list(origins.provenances),
        "prompts_sha256": run.prompts_sha256,
        "prompts_from": run.prompts_from,
        "model": run.model,
        "parameters": run.parameters,
        "options": options.describe(),
        "is_rehearsal": run.is_rehearsal,
        "code_version": run.code_version,
        "n_rows": tally.n_rows,
        "n_rows_by_split": {split: tally.rows_by_split[split] for split in (TRAIN, HELD_OUT)},
        "n_items_by_source": dict(sorted(tally.items_by_source.items())),
        "n_dropped": dict(sorted(tally.dropped.items())),
        "dropped_as_withdrawn": tally.withdrawn,
        "withdrawn_statements": sorted(provenance.withdrawn),
        "principles": [
            {
                "id": row.position,
                "text": row.text,
                "statements": list(provenance.sources.get(row.position, ())),
            }
            for row in principles
        ],
        "logs": run.logs,
        "files": {path.name: {"sha256": sha256_of(path), "bytes": path.stat().st_size} for path in files},
    }
    (folder / "manifest.json").write_text(json.dumps(manifest, indent=2) + "\n", encoding="utf-8")
