"""What models answered, kept for good: a small file for each sample, added to before and after each call.

A call is noted before it is made, so that after a sudden death the calls that may have been paid for
without an answer are known. A record that was broken off in writing lacks its end and does not count.
"""

import os
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from training.prices import Amount

END = "."


@dataclass
class Use:
    """What a run has spent on some samples, and the worst case of each call that never ended."""

    spent: Amount = field(default_factory=Amount)
    open: dict[str, Amount] = field(default_factory=dict)


class Keeper:
    """The answers of one run's samples; what another run paid for is found as well, and costs nothing."""

    def __init__(self, folder: Path, run: str) -> None:
        self.folder = folder
        self.run = run

    def find(self, sample_id: str, key: str) -> str | None:
        """The answer kept under this key, whichever run asked for it."""
        try:
            text = self.path_of(sample_id).read_text(encoding="utf-8")
        except FileNotFoundError:
            return None
        start = f"\n{key}\t"
        at = text.find(start)
        while at >= 0:
            end = text.find("\n", at + 1)
            parts = text[at + 1 : end if end >= 0 else None].split("\t")
            if parts[-1] == END and parts[2] == "answer":
                return parts[5]
            at = text.find(start, at + 1)
        return None

    def begin(self, sample_id: str, key: str, worst: Amount) -> None:
        """Note a call that is about to be made."""
        self.add(sample_id, key, "begin", str(worst.tokens), str(worst.micros))

    def keep(self, sample_id: str, key: str, cost: Amount, output: str) -> None:
        """Keep an answer; its JSON holds neither tab nor line end."""
        self.add(sample_id, key, "answer", str(cost.tokens), str(cost.micros), output)

    def fail(self, sample_id: str, key: str) -> None:
        """Note that a call ended without an answer, and so without a cost."""
        self.add(sample_id, key, "failed")

    def add(self, sample_id: str, key: str, *parts: str) -> None:
        """Write one record by one system call, so that it is there when the next line of code runs."""
        record = "\n" + "\t".join((key, self.run, *parts, END))
        path = self.path_of(sample_id)
        try:
            file = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o640)
        except FileNotFoundError:
            path.parent.mkdir(parents=True, exist_ok=True)
            file = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o640)
        try:
            os.write(file, record.encode())
        finally:
            os.close(file)

    def use_of(self, sample_ids: Iterable[str]) -> Use:
        """What this run spent on the samples."""
        use = Use()
        for sample_id in sample_ids:
            n_open: Counter[str] = Counter()
            worst: dict[str, Amount] = {}
            for key, what, amount in self.records(sample_id):
                n_open[key] = n_open[key] + 1 if what == "begin" else max(0, n_open[key] - 1)
                if what == "begin":
                    worst[key] = amount
                elif what == "answer":
                    use.spent = use.spent.plus(amount)
            use.open |= {key: worst[key].times(n) for key, n in n_open.items() if n > 0}
        return use

    def records(self, sample_id: str) -> Iterator[tuple[str, str, Amount]]:
        """This run's whole records: key, what it says, and the amount."""
        try:
            text = self.path_of(sample_id).read_text(encoding="utf-8")
        except FileNotFoundError:
            return
        for line in text.split("\n"):
            parts = line.split("\t")
            if parts[-1] == END and parts[1] == self.run:
                amount = Amount(int(parts[3]), int(parts[4])) if len(parts) > 4 else Amount()
                yield parts[0], parts[2], amount

    def path_of(self, sample_id: str) -> Path:
        return self.folder / sample_id[:2] / sample_id
