"""DPO with a label and a weight for each pair, not one for all: p·log σ(βΔ) + (1 − p)·log σ(−βΔ), weighted.

With p = 1 and weight 1 this is the usual loss. Imports torch and trl.
"""

from typing import Any

import torch
from torch.nn.functional import logsigmoid
from trl import DPOTrainer
from trl.trainer.dpo_trainer import DataCollatorForPreference

EXTRA = ("label", "weight")


class SoftCollator(DataCollatorForPreference):
    """Carries each pair's label and weight beside the tokens."""

    def torch_call(self, examples: list[dict[str, Any]]) -> dict[str, Any]:
        batch = super().torch_call(examples)
        for name in EXTRA:
            batch[name] = torch.tensor([example[name] for example in examples], dtype=torch.float32)
        return batch


class SoftDPOTrainer(DPOTrainer):
    """Learns as much from a pair as its label is sure, and nothing from one of weight 0."""

    data_collator: Any
    _signature_columns: Any

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        collator = self.data_collator
        self.data_collator = SoftCollator(
            pad_token_id=collator.pad_token_id,
            max_length=collator.max_length,
            truncation_mode=collator.truncation_mode,
            pad_to_multiple_of=collator.pad_to_multiple_of,
        )

    def _set_signature_columns_if_needed(self) -> None:
        super()._set_signature_columns_if_needed()
        self._signature_columns = list(dict.fromkeys([*self._signature_columns, *EXTRA]))

    def _compute_loss(self, model: Any, inputs: dict[str, Any], return_outputs: bool) -> Any:
        inputs = dict(inputs)
        label, weight = inputs.pop("label"), inputs.pop("weight")
        chosen, rejected, outputs = self.answer_logps(model, inputs)
        if self.ref_model is None:
            ref_chosen, ref_rejected = self.compute_ref_log_probs(model, inputs)
        else:
            ref_chosen, ref_rejected = self.compute_ref_log_probs(self.ref_model, inputs)
        delta = self.beta * ((chosen - ref_chosen) - (rejected - ref_rejected))
        losses = -label * logsigmoid(delta) - (1 - label) * logsigmoid(-delta)
        loss = (weight * losses).sum() / weight.sum().clamp(min=1.0)
        mode = "train" if self.model.training else "eval"
        self._metrics[mode]["rewards/margins"].append(delta.detach().mean().item())
        self._metrics[mode]["rewards/accuracies"].append((delta > 0).float().mean().item())
        return (loss, outputs) if return_outputs else loss

    def answer_logps(self, model: Any, inputs: dict[str, Any]) -> tuple[torch.Tensor, torch.Tensor, Any]:
        """The log-probability of each chosen and each rejected answer."""
        mask = inputs["completion_mask"]
        told = {name: inputs[name] for name in ("input_ids", "attention_mask") if name in inputs}
        labels = inputs["input_ids"].masked_fill(mask == 0, -100)
        outputs = model(**told, labels=labels, use_cache=False, fused_lm_head=True)
        logps = outputs.log_probs[:, -(mask.size(1) - 1) :].sum(dim=1)
        chosen, rejected = logps.chunk(2, dim=0)
        return chosen, rejected, outputs
