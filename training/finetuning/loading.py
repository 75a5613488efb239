"""Models, tokenizers and rows, as the trainers want them. Imports torch, transformers, peft and datasets."""

import hashlib
import json
from pathlib import Path
from typing import Any

import torch
from datasets import Dataset, load_dataset
from peft import LoraConfig
from transformers import (
    AutoModelForCausalLM,
    AutoModelForSequenceClassification,
    AutoTokenizer,
    PreTrainedModel,
    PreTrainedTokenizerBase,
)

from training.finetuning.devices import Devices
from training.finetuning.plan import DatasetInput
from training.finetuning.tiny import CHAT_TEMPLATE

PROMPT_COLUMNS = ("prompt",)


class DatasetChanged(Exception):
    """A dataset is not the one that the fine-tuning was started with."""


def source_of(model: str) -> dict[str, Any]:
    """A folder as it is; `organization/model@revision` as the hub's name and the revision of it."""
    if Path(model).is_dir():
        return {"pretrained_model_name_or_path": model}
    name, _, revision = model.partition("@")
    return {"pretrained_model_name_or_path": name, "revision": revision}


def load_tokenizer(model: str) -> PreTrainedTokenizerBase:
    """The model's tokenizer; one without a chat template or padding gets plain ones."""
    tokenizer = AutoTokenizer.from_pretrained(**source_of(model))  # nosec B615  (pinned there)
    if tokenizer.chat_template is None:
        tokenizer.chat_template = CHAT_TEMPLATE
    if tokenizer.pad_token is None:
        tokenizer.pad_token = tokenizer.eos_token
    return tokenizer


def dtype_of(wanted: str, method: str, devices: Devices) -> torch.dtype:
    """Full training keeps weights in 32 bits, so that small steps are not lost; LoRA's base need not."""
    if wanted != "auto":
        return getattr(torch, wanted)
    return torch.bfloat16 if method == "lora" and devices.has_bfloat16 else torch.float32


def load_policy(model: str, dtype: torch.dtype) -> PreTrainedModel:
    return AutoModelForCausalLM.from_pretrained(**source_of(model), dtype=dtype)  # nosec B615  (pinned)


def load_scorer(model: str, dtype: torch.dtype, tokenizer: PreTrainedTokenizerBase) -> PreTrainedModel:
    """The same weights with a head that gives one number."""
    told = {"dtype": dtype, "num_labels": 1} | source_of(model)
    scorer = AutoModelForSequenceClassification.from_pretrained(**told)  # nosec B615  (pinned there)
    scorer.config.pad_token_id = tokenizer.pad_token_id
    return scorer


def lora_config(settings: dict[str, Any], task: str) -> LoraConfig:
    targets = settings["targets"]
    return LoraConfig(
        r=settings["rank"],
        lora_alpha=settings["alpha"],
        lora_dropout=settings["dropout"],
        target_modules=targets if targets == "all-linear" else [name.strip() for name in targets.split(",")],
        task_type=task,
    )


def load_split(source: DatasetInput, split: str, cache: Path) -> Dataset | None:
    """One split of a dataset that is still the one the plan names; None if it has no rows."""
    folder = Path(source.folder)
    check_unchanged(folder, source.manifest_sha256, f"{split}.parquet")
    path = folder / f"{split}.parquet"
    if not path.is_file():
        return None
    told = {"data_files": str(path), "split": "train", "cache_dir": str(cache)}
    rows = load_dataset("parquet", **told)  # nosec B615  (a local file)
    return rows if len(rows) else None


def check_unchanged(folder: Path, manifest_sha256: str, name: str) -> None:
    """Compare the manifest with the plan, and the file with the manifest."""
    manifest = (folder / "manifest.json").read_bytes()
    if hashlib.sha256(manifest).hexdigest() != manifest_sha256:
        raise DatasetChanged(f"The dataset {folder} is not the one this fine-tuning was started with.")
    entry = json.loads(manifest)["files"].get(name)
    path = folder / name
    if entry is None:
        return
    with path.open("rb") as file:
        if hashlib.file_digest(file, "sha256").hexdigest() != entry["sha256"]:
            raise DatasetChanged(f"The file {path} is not the one that its manifest names.")


def supervised_rows(rows: Dataset) -> Dataset:
    """Dialogue and answer apart, so that only the answer is learned, not the request."""
    return rows.map(
        lambda row: {"prompt": row["messages"][:-1], "completion": row["messages"][-1:]},
        remove_columns=rows.column_names,
    )


def pair_rows(rows: Dataset, *, is_soft: bool) -> Dataset:
    """Pairs with what the loss reads. Ties teach nothing unless labels are soft."""
    if not is_soft and "weight" in rows.column_names:
        rows = rows.filter(lambda row: row["weight"] > 0)
    wanted = ("prompt", "chosen", "rejected", *(("label", "weight") if is_soft else ()))
    missing = set(wanted) - set(rows.column_names) - {"prompt"}
    if missing:
        raise ValueError("labels = “soft” wants the columns label and weight: export “preference-soft” rows.")
    return rows.select_columns([name for name in wanted if name in rows.column_names])


def prompt_rows(rows: Dataset) -> Dataset:
    """Each prompt once."""
    seen: set[str] = set()

    def is_new(row: dict[str, Any]) -> bool:
        key = json.dumps(row["prompt"])
        return not (key in seen or seen.add(key))  # type: ignore[func-returns-value]

    return rows.select_columns(["prompt"]).filter(is_new)


def save_whole(model: Any, tokenizer: PreTrainedTokenizerBase, folder: Path) -> None:
    """Save weights and tokenizer so that the folder is either whole or absent; adapters are merged in."""
    if hasattr(model, "merge_and_unload"):
        model = model.merge_and_unload()
    draft = folder.with_name(f".{folder.name}")
    model.save_pretrained(draft)
    tokenizer.save_pretrained(draft)
    draft.rename(folder)
