"""Helpful rows beside those of the constitution: from a file or a run, chosen by seed, marked as such."""

import hashlib
import heapq
import json
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from constitution.models import Constitution
from training.datasets.errors import DatasetError
from training.datasets.items import HELPFUL, Item, Message, items_of
from training.datasets.rows import TEXTS, TEXTS_AFTER
from training.models import GenerationRun
from training.services import iterate_samples
from training.shards import sha256_of

WANTED = "{messages}, {prompt, completion}, {prompt, chosen, rejected} or the dialogues {chosen, rejected}"
TURN = re.compile(r"(?:^|\n\n)(Human|Assistant): ?")
ROLES = {"Human": "user", "Assistant": "assistant"}
Row = Mapping[str, Any]


@dataclass(frozen=True)
class HelpfulSource:
    """Where helpful rows come from (a file, or a finished run) and what share of all rows they make up."""

    share: float
    path: Path | None = None
    run: GenerationRun | None = None

    def __post_init__(self) -> None:
        if not 0 < self.share < 1:
            raise DatasetError(
                f"The share of helpful rows must be more than 0 and less than 1, not {self.share:g}."
            )
        if (self.path is None) == (self.run is None):
            raise DatasetError("Helpful rows come from a file or from a run: name one of them.")

    @property
    def constitution(self) -> Constitution | None:
        """The constitution whose principles decided the pairs of a preference run; otherwise none did."""
        is_judged = self.run is not None and self.run.kind == GenerationRun.Kind.PREFERENCE
        return self.run.constitution if self.run and is_judged else None

    @property
    def name(self) -> str:
        return self.path.name if self.path else f"run {self.run.pk}" if self.run else ""

    def describe(self) -> dict[str, Any]:
        """What the manifest keeps of it."""
        digest = sha256_of(self.path) if self.path else self.run.fingerprint if self.run else ""
        return {"source": self.name, "sha256": digest, "share": self.share}

    def n_wanted(self, n_others: int) -> int:
        """How many helpful items make up the share beside `n_others` others."""
        return round(n_others * self.share / (1 - self.share))


def choose_helpful(
    source: HelpfulSource,
    n_others: int,
    *,
    seed: int,
    needs_pairs: bool,
    is_wanted: Callable[[Item], bool] = lambda _: True,
) -> list[Item]:
    """The helpful items to mix in: those whose digest with the seed is smallest, a fair and stable draw."""
    items = (item for item in read_helpful(source) if is_wanted(item) and (item.rejected or not needs_pairs))
    chosen = heapq.nsmallest(source.n_wanted(n_others), items, key=lambda item: order_of(item, seed))
    if not chosen and source.n_wanted(n_others):
        raise DatasetError(
            f"{source.name} has no row with a rejected answer, and this format compares two: "
            "name rows of {prompt, chosen, rejected}, or a preference run."
            if needs_pairs
            else f"{source.name} has no row with an answer, or all of them rest on withdrawn statements."
        )
    return chosen


def order_of(item: Item, seed: int) -> bytes:
    return hashlib.sha256(f"{seed}\n{item.details['sample_id']}".encode()).digest()


def read_helpful(source: HelpfulSource) -> Iterator[Item]:
    """All items of the source, one at a time."""
    if source.run is not None:
        return items_of_run(source.run)
    assert source.path is not None
    return items_of_file(source.path)


def items_of_run(run: GenerationRun) -> Iterator[Item]:
    """A revision run's first answers, before any principle was named; or a preference run's pairs."""
    if run.kind == GenerationRun.Kind.PREFERENCE:
        for item in items_of(run, drop=lambda _: None):
            if item.weight:
                yield replace(item, source=HELPFUL)
        return
    for sample in iterate_samples(run):
        if sample.answer["text"].strip() and sample.answer["status"] == "ok":
            details = {"model": sample.answer["model"] or run.model, "run_id": str(run.pk)}
            details |= {"sample_id": sample.id, "source_prompt_id": sample.prompt_id}
            details |= {"source_prompt_name": sample.source_id, "is_rehearsal": run.is_rehearsal}
            yield helpful_item([user(sample.prompt)], sample.answer["text"], tags=sample.tags, **details)


def items_of_file(path: Path) -> Iterator[Item]:
    """The rows of a JSON Lines or Parquet file."""
    try:
        for place, row in rows_of_parquet(path) if path.suffix == ".parquet" else rows_of_lines(path):
            yield read_row(row, place)
    except OSError as error:
        raise DatasetError(f"{path} cannot be read: {error.strerror or error}.") from error


def rows_of_lines(path: Path) -> Iterator[tuple[str, Row]]:
    with path.open(encoding="utf-8-sig") as lines:
        for number, line in enumerate(lines, start=1):
            if line.strip():
                yield f"{path}, line {number}", parse_line(line, f"{path}, line {number}")


def parse_line(line: str, place: str) -> Row:
    try:
        row = json.loads(line)
    except ValueError as error:
        raise DatasetError(f"{place}: not a JSON object ({error}).") from error
    if not isinstance(row, dict):
        raise DatasetError(f"{place}: expected an object with {WANTED}, found {type(row).__name__}.")
    return row


def rows_of_parquet(path: Path) -> Iterator[tuple[str, Row]]:
    import pyarrow as pa
    import pyarrow.parquet as pq

    number = 0
    try:
        for batch in pq.ParquetFile(path).iter_batches(batch_size=500):
            for row in batch.to_pylist():
                number += 1
                yield f"{path}, row {number}", row
    except pa.ArrowInvalid as error:
        raise DatasetError(f"{path} is no Parquet file: {error}.") from error


def read_row(row: Row, place: str) -> Item:
    """One row of any of the usual forms; a dialogue may have several turns."""
    messages, chosen, rejected = read_texts(row, place)
    if not messages or messages[-1]["role"] != "user":
        raise DatasetError(f"{place}: the answer must follow a user's message.")
    tags = row.get("tags") or ()
    return helpful_item(
        messages, chosen, rejected, tags=tuple(map(str, tags)), model=str(row.get("model") or "")
    )


def read_texts(row: Row, place: str) -> tuple[list[Message], str, str]:
    """The dialogue up to the answer, the answer, and the worse answer or nothing."""
    if "messages" in row:
        *before, last = read_messages(row["messages"], place, "messages")
        return before, last_answer(last, place, "messages"), ""
    if "prompt" not in row and "chosen" in row and "rejected" in row:
        *before, last = read_messages(row["chosen"], place, "chosen")
        *_, worse = read_messages(row["rejected"], place, "rejected")
        return before, last_answer(last, place, "chosen"), last_answer(worse, place, "rejected")
    better = next((name for name in ("completion", "chosen", "answer", "response") if row.get(name)), None)
    if better is None and row.get("prompt"):
        raise DatasetError(
            f"{place}: a prompt without an answer. Make a run over such prompts, and name the run instead."
        )
    if better is None or not row.get("prompt"):
        raise DatasetError(f"{place}: expected {WANTED}; found the columns {', '.join(row) or 'none'}.")
    prompt = row["prompt"]
    messages = [user(prompt)] if isinstance(prompt, str) else read_messages(prompt, place, "prompt")
    worse_text = read_answer(row["rejected"], place, "rejected") if row.get("rejected") else ""
    return messages, read_answer(row[better], place, better), worse_text


def read_messages(value: Any, place: str, name: str) -> list[Message]:
    """Messages as they are, or out of a text with the turns “Human:” and “Assistant:”."""
    if isinstance(value, str):
        parts = TURN.split(value)
        value = [
            {"role": ROLES[speaker], "content": text.strip()}
            for speaker, text in zip(parts[1::2], parts[2::2], strict=True)
        ]
    is_dialogue = isinstance(value, list) and value and all(is_message(message) for message in value)
    if not is_dialogue:
        raise DatasetError(f"{place}: “{name}” must be a list of {{role, content}} that is not empty.")
    return [{"role": message["role"], "content": message["content"]} for message in value]


def is_message(value: Any) -> bool:
    return (
        isinstance(value, dict)
        and value.get("role") in ("system", "user", "assistant")
        and isinstance(value.get("content"), str)
    )


def read_answer(value: Any, place: str, name: str) -> str:
    if isinstance(value, str):
        return last_answer({"role": "assistant", "content": value}, place, name)
    return last_answer(read_messages(value, place, name)[-1], place, name)


def last_answer(message: Message, place: str, name: str) -> str:
    if message["role"] != "assistant" or not message["content"].strip():
        raise DatasetError(f"{place}: “{name}” must end with an assistant's answer that is not empty.")
    return message["content"]


def user(text: str) -> Message:
    return {"role": "user", "content": text}


def helpful_item(
    messages: list[Message], chosen: str, rejected: str = "", *, tags: tuple[str, ...] = (), **details: Any
) -> Item:
    """An item of no principle, with an id by its content where it has none."""
    content = json.dumps([messages, chosen, rejected], ensure_ascii=True).encode()
    blank: dict[str, Any] = dict.fromkeys((*TEXTS, *TEXTS_AFTER), "")
    del blank["source"]
    known = {"sample_id": hashlib.sha256(content).hexdigest()[:32], "sampling": "{}", "parse_status": "ok"}
    other = {"principle_ids": [], "seed": 0, "step": 0, "flags": [], "is_rehearsal": False}
    return Item(
        prompt=tuple(messages),
        chosen=chosen,
        rejected=rejected,
        source=HELPFUL,
        tags=tags,
        details=blank | known | other | details,
    )
