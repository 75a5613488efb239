"""Training rows: a finished run as JSON Lines and Parquet, with a manifest of hashes and a dataset card."""

from training.datasets.errors import DatasetError, RunNotFinished
from training.datasets.rows import FORMATS
from training.datasets.tally import Tally
from training.datasets.writing import ExportOptions, export_dataset

__all__ = ["FORMATS", "DatasetError", "ExportOptions", "RunNotFinished", "Tally", "export_dataset"]
