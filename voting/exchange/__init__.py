"""Polis files in and out."""

from voting.exchange.polis_import import ImportRefused, ImportResult, import_polis
from voting.exchange.tables import MalformedFile, read_ids

__all__ = ["ImportRefused", "ImportResult", "MalformedFile", "import_polis", "read_ids"]
