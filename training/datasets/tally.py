"""What the card reports about the rows, counted while they stream by."""

import hashlib
from collections import Counter
from dataclasses import dataclass, field

from training.datasets.items import HELPFUL, Item
from training.datasets.languages import guess_language


@dataclass
class Tally:
    """Counts of items and rows; memory grows by 8 bytes an item, for the duplicates."""

    n_rows: int = 0
    rows_by_split: Counter[str] = field(default_factory=Counter)
    n_items: int = 0
    items_by_source: Counter[str] = field(default_factory=Counter)
    dropped: Counter[str] = field(default_factory=Counter)
    withdrawn: list[str] = field(default_factory=list)
    principles: Counter[int] = field(default_factory=Counter)
    flags: Counter[str] = field(default_factory=Counter)
    verdicts: Counter[str] = field(default_factory=Counter)
    tags: Counter[str] = field(default_factory=Counter)
    languages: Counter[str] = field(default_factory=Counter)
    n_ties: int = 0
    n_duplicates: int = 0
    n_pairs: int = 0
    length_of_chosen: int = 0
    length_of_rejected: int = 0
    n_longer: int = 0
    seen: set[bytes] = field(default_factory=set)

    def drop(self, reason: str) -> None:
        self.dropped[reason] += 1

    def add(self, item: Item, split: str, n_rows: int = 1) -> None:
        """Count an item that is written, and the rows it gave."""
        self.n_rows += n_rows
        self.rows_by_split[split] += n_rows
        self.n_items += 1
        self.items_by_source[item.source] += 1
        if item.source != HELPFUL:
            self.principles.update(item.details.get("principle_ids", ()))
        self.flags.update(item.flags)
        self.verdicts.update(filter(None, [item.details.get("verdict")]))
        self.tags.update(item.tags)
        self.languages[guess_language(item.request)] += 1
        self.n_ties += item.weight == 0
        self.count_lengths(item)
        mark = hashlib.sha256(item.chosen.encode()).digest()[:8]
        self.n_duplicates += mark in self.seen
        self.seen.add(mark)

    def count_lengths(self, item: Item) -> None:
        self.length_of_chosen += len(item.chosen)
        if item.rejected:
            self.n_pairs += 1
            self.length_of_rejected += len(item.rejected)
            self.n_longer += len(item.chosen) > len(item.rejected)

    @property
    def helpful_share(self) -> float:
        """Share of helpful items among all that were written."""
        return self.items_by_source[HELPFUL] / self.n_items if self.n_items else 0.0
