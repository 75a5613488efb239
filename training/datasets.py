"""Training rows: a finished run as JSON Lines and Parquet, with a manifest of hashes and a dataset card."""

import hashlib
import json
import os
import shutil
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from training.card import write_card
from training.models import GenerationRun
from training.samples import RevisedSample
from training.services import iterate_samples, run_folder
from training.shards import sha256_of

FORMATS = ("sft", "preference")
SCHEMA = 1
BATCH = 500
Row = dict[str, Any]


class RunNotFinished(Exception):
    """Only a finished run can be exported."""


class DatasetError(Exception):
    """The dataset cannot be written; the message says why."""


@dataclass
class Tally:
    """What the card reports about the rows, counted while they stream by."""

    n_rows: int = 0
    dropped: Counter[str] = field(default_factory=Counter)
    principles: Counter[int] = field(default_factory=Counter)
    flags: Counter[str] = field(default_factory=Counter)
    tags: Counter[str] = field(default_factory=Counter)
    n_duplicates: int = 0
    length_of_chosen: int = 0
    length_of_rejected: int = 0
    n_longer: int = 0
    seen: set[bytes] = field(default_factory=set)

    def add(self, sample: RevisedSample, row: Row) -> None:
        """Count a valid row."""
        self.n_rows += 1
        self.principles.update(row["principle_ids"])
        self.flags.update(sample.flags)
        self.tags.update(sample.tags)
        chosen, rejected = sample.final_text, sample.answer["text"]
        self.length_of_chosen += len(chosen)
        self.length_of_rejected += len(rejected)
        self.n_longer += len(chosen) > len(rejected)
        mark = hashlib.sha256(chosen.encode()).digest()[:8]
        self.n_duplicates += mark in self.seen
        self.seen.add(mark)


def export_dataset(*, run: GenerationRun, format: str, out: Path) -> Tally:
    """Write the dataset folder whole or not at all; the same run gives the same bytes."""
    if format not in FORMATS:
        raise ValueError(f"format must be one of {', '.join(FORMATS)}, not {format!r}")
    if run.status != GenerationRun.Status.FINISHED:
        raise RunNotFinished(
            f"Run {run.pk} is {run.status}, with {run.n_finished} of {run.n_samples} samples: "
            "start generate_revisions again with the same inputs, then export."
        )
    refuse_foreign_folder(out)
    check_logs(run)
    out.parent.mkdir(parents=True, exist_ok=True)
    draft = out.with_name(f".{out.name}.{os.getpid()}")
    draft.mkdir()
    try:
        tally = write_rows(run, format, draft)
        write_card(draft / "README.md", run, format, tally)
        write_manifest(draft, run, format, tally)
        if out.exists():
            shutil.rmtree(out)
        draft.rename(out)
    finally:
        shutil.rmtree(draft, ignore_errors=True)
    return tally


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


def write_rows(run: GenerationRun, format: str, folder: Path) -> Tally:
    """Stream the samples into train.jsonl and train.parquet."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    tally = Tally()
    schema = table_schema(format)
    with (
        (folder / "train.jsonl").open("w", encoding="utf-8") as lines,
        pq.ParquetWriter(folder / "train.parquet", schema, compression="zstd") as table,
    ):
        for batch in batches(valid_rows(run, format, tally)):
            lines.writelines(json.dumps(row, ensure_ascii=False) + "\n" for row in batch)
            table.write_table(pa.Table.from_pylist(batch, schema=schema))
    return tally


def valid_rows(run: GenerationRun, format: str, tally: Tally) -> Iterator[Row]:
    """The rows worth training on; what is dropped is counted with its reason."""
    for sample in iterate_samples(run):
        reason = reason_to_drop(sample)
        if reason:
            tally.dropped[reason] += 1
            continue
        row = make_row(sample, run, format)
        tally.add(sample, row)
        yield row


def batches(rows: Iterator[Row]) -> Iterator[list[Row]]:
    batch: list[Row] = []
    for row in rows:
        batch.append(row)
        if len(batch) == BATCH:
            yield batch
            batch = []
    if batch:
        yield batch


def reason_to_drop(sample: RevisedSample) -> str:
    """Why no row can be made of a sample, or nothing."""
    if not sample.answer["text"].strip():
        return "the first answer is empty"
    if sample.last_revision is None:
        return "no revision could be read"
    if not sample.final_text.strip():
        return "the revision is empty"
    if sample.final_text == sample.answer["text"]:
        return "the revision equals the first answer"
    return ""


def make_row(sample: RevisedSample, run: GenerationRun, format: str) -> Row:
    """One row: what the trainer reads, then where it comes from."""
    prompt = [{"role": "user", "content": sample.prompt}]
    chosen = [{"role": "assistant", "content": sample.final_text}]
    rejected = [{"role": "assistant", "content": sample.answer["text"]}]
    if format == "sft":
        return {"messages": prompt + chosen} | provenance(sample, run)
    return {"prompt": prompt, "chosen": chosen, "rejected": rejected} | provenance(sample, run)


def provenance(sample: RevisedSample, run: GenerationRun) -> Row:
    """Which principles, constitution, model and settings made a row."""
    revision = sample.last_revision or {}
    revised = [step for step in sample.steps if step["step"] == "revision" and step["status"] == "ok"]
    return {
        "principle_ids": [step["principle"] for step in revised],
        "constitution_sha256": run.constitution_sha256,
        "model": sample.answer["model"] or run.model,
        "seed": run.parameters["seed"],
        "sampling": json.dumps(run.parameters["sampling"], sort_keys=True),
        "step": revision.get("round", 0),
        "parse_status": "ok" if "unread_step" not in sample.flags else "some steps unread",
        "flags": list(sample.flags),
        "source_prompt_id": sample.prompt_id,
        "source_prompt_name": sample.source_id,
        "sample_id": sample.id,
        "run_id": str(run.pk),
        "is_rehearsal": run.is_rehearsal,
    }


def table_schema(format: str) -> Any:
    """The columns of the Parquet file, so that every batch has the same types."""
    import pyarrow as pa

    messages = pa.list_(pa.struct([("role", pa.string()), ("content", pa.string())]))
    texts = ("constitution_sha256", "model", "sampling", "parse_status", "source_prompt_id")
    texts_after = ("source_prompt_name", "sample_id", "run_id")
    names = ("messages",) if format == "sft" else ("prompt", "chosen", "rejected")
    types = dict.fromkeys(names, messages) | {"principle_ids": pa.list_(pa.int64())}
    types |= dict.fromkeys(texts, pa.string()) | dict.fromkeys(texts_after, pa.string())
    types |= {
        "seed": pa.int64(),
        "step": pa.int64(),
        "flags": pa.list_(pa.string()),
        "is_rehearsal": pa.bool_(),
    }
    return pa.schema(list(types.items()))


def write_manifest(folder: Path, run: GenerationRun, format: str, tally: Tally) -> None:
    """Name every file with its hash, and the run behind them."""
    files = sorted(path for path in folder.iterdir() if path.name != "manifest.json")
    manifest = {
        "schema": SCHEMA,
        "format": format,
        "generation_run": str(run.pk),
        "fingerprint": run.fingerprint,
        "constitution": run.constitution.reference,
        "constitution_sha256": run.constitution_sha256,
        "prompts_sha256": run.prompts_sha256,
        "model": run.model,
        "parameters": run.parameters,
        "is_rehearsal": run.is_rehearsal,
        "code_version": run.code_version,
        "n_rows": tally.n_rows,
        "n_dropped": dict(sorted(tally.dropped.items())),
        "logs": run.logs,
        "files": {path.name: {"sha256": sha256_of(path), "bytes": path.stat().st_size} for path in files},
    }
    (folder / "manifest.json").write_text(json.dumps(manifest, indent=2) + "\n", encoding="utf-8")
