"""Fixtures that trial chats share with training: a folder of their own, a provider, examples for a gate."""

from tests.training.classifiers.conftest import constitution, run
from tests.training.conftest import keys, provider, var_dir

__all__ = ["constitution", "keys", "provider", "run", "var_dir"]
