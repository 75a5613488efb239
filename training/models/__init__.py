"""What stands in the database about training: each module's models under one name."""

from training.models.classifiers import ContentClassifier
from training.models.runs import GenerationRun

__all__ = ["ContentClassifier", "GenerationRun"]
