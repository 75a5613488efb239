"""What can go wrong with a dataset, in words for whoever asked for it."""


class RunNotFinished(Exception):
    """Only a finished run can be exported."""


class DatasetError(Exception):
    """The dataset cannot be written or read; the message says why."""
