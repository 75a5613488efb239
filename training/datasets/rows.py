"""The formats: what a trainer reads, made of items, with where it comes from in the same row."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from training.datasets.items import Item

Row = dict[str, Any]


@dataclass(frozen=True)
class Format:
    """One form of rows: its columns before those of provenance, and how an item becomes rows."""

    name: str
    is_of_pairs: bool
    keeps_ties: bool
    make: Callable[[Item], Iterator[Row]]


def sft_rows(item: Item) -> Iterator[Row]:
    yield {"messages": [*item.prompt, *answer(item.chosen)]}


def explicit_rows(item: Item) -> Iterator[Row]:
    yield {"prompt": [*item.prompt], "chosen": answer(item.chosen), "rejected": answer(item.rejected)}


def implicit_rows(item: Item) -> Iterator[Row]:
    yield {
        "chosen": [*item.prompt, *answer(item.chosen)],
        "rejected": [*item.prompt, *answer(item.rejected)],
    }


def soft_rows(item: Item) -> Iterator[Row]:
    for row in explicit_rows(item):
        yield row | {"label": item.label, "weight": item.weight}


def kto_rows(item: Item) -> Iterator[Row]:
    """The better answer as one to give, the worse one, if there is one, as one not to give."""
    yield {"prompt": [*item.prompt], "completion": answer(item.chosen), "label": True}
    if item.rejected:
        yield {"prompt": [*item.prompt], "completion": answer(item.rejected), "label": False}


def answer(text: str) -> list[dict[str, str]]:
    return [{"role": "assistant", "content": text}]


ALL = (
    Format("sft", is_of_pairs=False, keeps_ties=False, make=sft_rows),
    Format("preference", is_of_pairs=True, keeps_ties=False, make=explicit_rows),
    Format("preference-implicit", is_of_pairs=True, keeps_ties=False, make=implicit_rows),
    Format("preference-soft", is_of_pairs=True, keeps_ties=True, make=soft_rows),
    Format("kto", is_of_pairs=False, keeps_ties=False, make=kto_rows),
)
FORMATS = {format.name: format for format in ALL}

TEXTS = ("constitution_sha256", "model", "sampling", "parse_status", "label_source", "source_prompt_id")
TEXTS_AFTER = ("source_prompt_name", "sample_id", "run_id", "source", "verdict")


def make_rows(item: Item, format: Format, statements: list[int]) -> Iterator[Row]:
    """The rows of one item: what the trainer reads, then what made it."""
    for row in format.make(item):
        yield {**row, **item.details, "statements": statements, "source": item.source}


def table_schema(format: Format) -> Any:
    """The columns of the Parquet file, so that every batch has the same types."""
    import pyarrow as pa

    messages = pa.list_(pa.struct([("role", pa.string()), ("content", pa.string())]))
    special = {"label": pa.bool_() if format.name == "kto" else pa.float64(), "weight": pa.float64()}
    example = next(format.make(Item(prompt=(), chosen="", rejected="")))
    return pa.schema(
        [(name, special.get(name, messages)) for name in example]
        + [("principle_ids", pa.list_(pa.int64())), ("statements", pa.list_(pa.int64()))]
        + [(name, pa.string()) for name in TEXTS]
        + [("seed", pa.int64()), ("step", pa.int64()), ("flags", pa.list_(pa.string()))]
        + [(name, pa.string()) for name in TEXTS_AFTER]
        + [("is_rehearsal", pa.bool_())]
    )
