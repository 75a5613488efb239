"""What a trainer tells the outside at each step, and what it listens to. Imports transformers."""

import time
from typing import Any

from accelerate.utils import broadcast_object_list
from transformers import TrainerCallback, TrainerControl, TrainerState, TrainingArguments
from transformers.trainer_utils import IntervalStrategy

from training.finetuning.plan import Places
from training.finetuning.progress import write_line


class Reporter(TrainerCallback):
    """Writes a line for each log of the trainer, and stops it with a checkpoint when a pause is asked for."""

    def __init__(self, places: Places, stage: int, kind: str) -> None:
        self.places = places
        self.stage = stage
        self.kind = kind
        self.was_paused = False

    def on_log(
        self,
        _args: TrainingArguments,
        state: TrainerState,
        _control: TrainerControl,
        logs: Any = None,
        **_: Any,
    ) -> None:
        if state.is_world_process_zero:
            numbers = {name: value for name, value in (logs or {}).items() if isinstance(value, int | float)}
            write_line(self.places.progress, self.place(state) | numbers)

    def on_step_end(
        self, args: TrainingArguments, state: TrainerState, control: TrainerControl, **_: Any
    ) -> None:
        if self.is_pause_asked(args.world_size) and state.global_step < state.max_steps:
            self.was_paused = True
            control.should_save = True
            control.should_training_stop = True
        if state.global_step >= state.max_steps:
            # Also a training shorter than one line of progress shows where it ended.
            control.should_log = True
            control.should_evaluate = control.should_evaluate or args.eval_strategy != IntervalStrategy.NO

    def is_pause_asked(self, n_processes: int) -> bool:
        """Whether to pause; all processes act alike, on what the first of them sees."""
        asked = [self.places.pause.exists()]
        if n_processes > 1:
            broadcast_object_list(asked, from_process=0)
        return asked[0]

    def place(self, state: TrainerState) -> dict[str, Any]:
        return {
            "stage": self.stage,
            "kind": self.kind,
            "step": state.global_step,
            "n_steps": state.max_steps,
            "at": round(time.time(), 1),
        }
