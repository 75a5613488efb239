"""What stands in the database about training: each module's models under one name."""

from training.models.classifiers import ContentClassifier
from training.models.exports import DatasetExport
from training.models.finetuning import FineTuningRun
from training.models.labels import LabelCalibration, LabelItem, LabelSheet, PairLabel, PreferenceReport
from training.models.prompts import Exercise, PromptSet, SetPrompt
from training.models.runs import GenerationRun, GenerationShard, ProviderBatch

__all__ = [
    "ContentClassifier",
    "DatasetExport",
    "Exercise",
    "FineTuningRun",
    "GenerationRun",
    "GenerationShard",
    "LabelCalibration",
    "LabelItem",
    "LabelSheet",
    "PairLabel",
    "PreferenceReport",
    "PromptSet",
    "ProviderBatch",
    "SetPrompt",
]
