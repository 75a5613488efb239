"""What stands in the database about training: each module's models under one name."""

from training.models.runs import GenerationRun

__all__ = ["GenerationRun"]
