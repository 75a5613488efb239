"""One stage of a recipe as a trainer of TRL. Imports torch, transformers and trl."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from datasets import Dataset
from transformers import PreTrainedTokenizerBase

from training.finetuning.devices import Devices
from training.finetuning.loading import (
    dtype_of,
    load_policy,
    load_scorer,
    lora_config,
    pair_rows,
    prompt_rows,
    supervised_rows,
)

MOST_EVALUATED = 200


@dataclass(frozen=True)
class Work:
    """All that a stage's trainer is made from."""

    kind: str
    settings: dict[str, Any]
    model_settings: dict[str, Any]
    lora: dict[str, Any]
    model: str
    reward_model: str
    tokenizer: PreTrainedTokenizerBase
    rows: Dataset
    held_out: Dataset | None
    folder: Path
    seed: int
    devices: Devices

    @property
    def is_soft(self) -> bool:
        return self.settings.get("labels") == "soft"

    @property
    def dtype(self) -> Any:
        return dtype_of(self.model_settings["dtype"], self.model_settings["method"], self.devices)

    def adapter(self, task: str = "CAUSAL_LM") -> Any:
        return lora_config(self.lora, task) if self.model_settings["method"] == "lora" else None


def make_trainer(work: Work, callbacks: list[Any]) -> Any:
    """The trainer of a stage, ready to train."""
    return MAKERS[work.kind](work, callbacks)


def shared_arguments(work: Work) -> dict[str, Any]:
    """What every trainer is told alike. Nothing is reported to other machines."""
    settings = work.settings
    return {
        "output_dir": str(work.folder),
        "num_train_epochs": settings["epochs"],
        "max_steps": settings["max_steps"] or -1,
        "learning_rate": settings["learning_rate"],
        "per_device_train_batch_size": settings["batch_size"],
        "per_device_eval_batch_size": settings["batch_size"],
        "gradient_accumulation_steps": settings["accumulation"],
        "warmup_steps": settings["warmup_share"],
        "lr_scheduler_type": settings["schedule"],
        "weight_decay": settings["weight_decay"],
        "logging_steps": settings["logging_steps"],
        "save_steps": settings["save_steps"],
        "save_total_limit": 2,
        "seed": work.seed,
        "data_seed": work.seed,
        "bf16": work.devices.has_bfloat16,
        "use_cpu": work.devices.kind == "cpu",
        "gradient_checkpointing": work.model_settings["gradient_checkpointing"],
        "report_to": [],
        "disable_tqdm": True,
        "dataloader_pin_memory": work.devices.kind == "cuda",
    }


def held_out_arguments(work: Work, change: Callable[[Dataset], Dataset]) -> dict[str, Any]:
    """Look at held-out rows whenever a checkpoint is saved, if there are any."""
    if work.held_out is None:
        return {}
    return {"eval_dataset": change(work.held_out.select(range(min(len(work.held_out), MOST_EVALUATED))))}


def evaluation_steps(work: Work) -> dict[str, Any]:
    if work.held_out is None:
        return {}
    return {"eval_strategy": "steps", "eval_steps": work.settings["save_steps"]}


def make_sft(work: Work, callbacks: list[Any]) -> Any:
    from trl import SFTConfig, SFTTrainer

    return SFTTrainer(
        model=load_policy(work.model, work.dtype),
        args=SFTConfig(
            **shared_arguments(work), **evaluation_steps(work), max_length=work.settings["max_length"]
        ),
        train_dataset=supervised_rows(work.rows),
        **held_out_arguments(work, supervised_rows),
        processing_class=work.tokenizer,
        peft_config=work.adapter(),
        callbacks=callbacks,
    )


def make_dpo(work: Work, callbacks: list[Any]) -> Any:
    from trl import DPOConfig, DPOTrainer

    from training.finetuning.soft_dpo import SoftDPOTrainer

    def change(rows: Dataset) -> Dataset:
        return pair_rows(rows, is_soft=work.is_soft)

    return (SoftDPOTrainer if work.is_soft else DPOTrainer)(
        model=load_policy(work.model, work.dtype),
        args=DPOConfig(
            **shared_arguments(work),
            **evaluation_steps(work),
            max_length=work.settings["max_length"],
            beta=work.settings["beta"],
        ),
        train_dataset=change(work.rows),
        **held_out_arguments(work, change),
        processing_class=work.tokenizer,
        peft_config=work.adapter(),
        callbacks=callbacks,
    )


def make_reward(work: Work, callbacks: list[Any]) -> Any:
    from trl import RewardConfig, RewardTrainer

    def change(rows: Dataset) -> Dataset:
        return pair_rows(rows, is_soft=False)

    trainer = RewardTrainer(
        model=load_scorer(work.model, work.dtype, work.tokenizer),
        args=RewardConfig(
            **shared_arguments(work),
            **evaluation_steps(work),
            max_length=work.settings["max_length"],
            center_rewards_coefficient=work.settings["center"],
        ),
        train_dataset=change(work.rows),
        **held_out_arguments(work, change),
        processing_class=work.tokenizer,
        peft_config=work.adapter("SEQ_CLS"),
        callbacks=callbacks,
    )
    if not len(trainer.train_dataset):
        raise ValueError(f"Every pair is longer than max_length, {work.settings['max_length']} tokens.")
    return trainer


def make_online(work: Work, callbacks: list[Any]) -> Any:
    """Answers to the prompts, rewarded by the reward model, several for each prompt to compare with."""
    import trl

    trainer, config = (getattr(trl, work.kind.upper() + part) for part in ("Trainer", "Config"))
    return trainer(
        model=load_policy(work.model, work.dtype),
        reward_funcs=load_scorer(work.reward_model, work.dtype, work.tokenizer),
        reward_processing_classes=work.tokenizer,
        args=config(
            **shared_arguments(work),
            num_generations=work.settings["generations"],
            max_completion_length=work.settings["max_completion_length"],
            temperature=work.settings["temperature"],
            beta=work.settings["beta"],
        ),
        train_dataset=prompt_rows(work.rows),
        processing_class=work.tokenizer,
        peft_config=work.adapter(),
        callbacks=callbacks,
    )


MAKERS = {"sft": make_sft, "dpo": make_dpo, "reward": make_reward, "rloo": make_online, "grpo": make_online}
