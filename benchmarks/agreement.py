"""How far our groups agree with those Polis published, beside red-dwarf's, and with planted ones.

    python benchmarks/agreement.py                 # published conversations in ../shared
    python benchmarks/agreement.py --planted 300   # and so many made-up ones whose groups are known
    python benchmarks/agreement.py --no-peer

Agreement is the adjusted Rand index over people whom both put into a group: 1 the same groups, 0 no better
than chance. Nobody is told k. The peer runs in the environment that requirements/benchmark.txt describes.
"""

import argparse
import json
import subprocess
import sys
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from benchmarks.planted_groups import KINDS, plant  # noqa: E402  # run as a file, from any folder
from opinion import Votes, analyze  # noqa: E402
from tests.opinion.conversations import (  # noqa: E402
    POLIS_MATH,
    read_ccai,
    read_matrix,
    read_polis_math,
)

POLIS = ("bg2050-volunteers", "ssis.land-bank-farmland.2rumnecbeh.2021-08-01", "vtaiwan.uberx")
N_SEEDS = 5
Groups = Mapping[int, int]


class Sample(NamedTuple):
    """One conversation, the statements left out of its map, and the groups to be met."""

    name: str
    votes: Votes
    left_out: list[int]
    groups: Groups


class Result(NamedTuple):
    """Agreement with the groups to be met and the number of groups found, of us and of the peer."""

    sample: Sample
    ours: list[float]  # by seed
    k: int
    peer: float
    peer_k: int

    @property
    def true_k(self) -> int:
        return len(set(self.sample.groups.values()))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--shared", type=Path, default=ROOT.parent / "shared")
    parser.add_argument("--planted", type=int, default=0, help="made-up conversations")
    parser.add_argument("--peer", type=Path, default=ROOT / "var/benchmark-venv/bin/python")
    parser.add_argument("--no-peer", action="store_true")
    given = parser.parse_args()
    peer = None if given.no_peer else given.peer
    report_published(compared(published(given.shared), peer, N_SEEDS))
    if given.planted:
        report_planted(compared(planted(given.planted), peer, 1))


def published(shared: Path) -> list[Sample]:
    """Every conversation in the shared folder for which Polis published groups."""
    read = {name: read_matrix(shared / "data/polis" / name) for name in POLIS}
    read |= {"ccai, cleaned": read_ccai(shared), "ccai, as collected": read_matrix(shared / "data/ccai")}
    samples = [Sample(name, found.votes, found.left_out, found.groups) for name, found in read.items()]
    for name in POLIS_MATH:
        found, answer = read_polis_math(shared, name)
        left_out = {*found.left_out, *answer["meta_tids"]} & set(found.votes.statement_ids.tolist())
        samples.append(Sample(name, found.votes, sorted(left_out), found.groups))
    return samples


def planted(n: int) -> list[Sample]:
    made = [(seed, plant(seed)) for seed in range(n)]
    return [Sample(f"{one.kind} {seed}", one.votes, [], one.groups) for seed, one in made]


def compared(samples: Sequence[Sample], peer: Path | None, n_seeds: int) -> list[Result]:
    by_peer = peer_groups(samples, peer) if peer else [{} for _ in samples]
    results = []
    for sample, theirs in zip(samples, by_peer, strict=True):
        ours = [our_groups(sample, seed) for seed in range(n_seeds)]
        agreements = [agreement(sample.groups, found) for found in ours]
        k, peer_k = len(set(ours[0].values())), len(set(theirs.values()))
        results.append(Result(sample, agreements, k, agreement(sample.groups, theirs), peer_k))
    return results


def our_groups(sample: Sample, seed: int) -> Groups:
    found = analyze(sample.votes, moderated_out=sample.left_out, seed=seed, uncertainty=False)
    return found.history.group_of


def peer_groups(samples: Sequence[Sample], peer: Path) -> list[Groups]:
    """Red-dwarf's groups of each sample, found in one process of its own."""
    with tempfile.TemporaryDirectory() as folder:
        for place, sample in enumerate(samples):
            votes = sample.votes
            np.savez(
                Path(folder) / f"{place}.npz",
                persons=votes.participant_ids[votes.person],
                statements=votes.statement_ids[votes.statement],
                values=votes.value,
                left_out=np.array(sample.left_out, dtype=np.int64),
            )
        command = [str(peer), "-W", "ignore", str(ROOT / "benchmarks/red_dwarf_groups.py"), folder]
        told = json.loads(subprocess.run(command, check=True, capture_output=True, text=True).stdout)
    return [
        {int(person): group for person, group in told[str(place)].items()} for place in range(len(samples))
    ]


def agreement(groups: Groups, found: Groups) -> float:
    """Adjusted Rand index over the people in both; NaN where nobody is."""
    from sklearn.metrics import adjusted_rand_score

    both = sorted(set(groups) & set(found))
    if not both:
        return float("nan")
    return float(adjusted_rand_score([groups[p] for p in both], [found[p] for p in both]))


def report_published(results: Sequence[Result]) -> None:
    print("| conversation | people grouped | k of Polis | ours | from 5 seeds | k | red-dwarf | k |")
    print("|---|---|---|---|---|---|---|---|")
    for one in results:
        low, high = min(one.ours), max(one.ours)
        print(
            f"| {one.sample.name} | {len(one.sample.groups):,} | {one.true_k} | {one.ours[0]:.3f} | "
            f"{low:.3f}–{high:.3f} | {one.k} | {one.peer:.3f} | {one.peer_k or '–'} |"
        )
    print_means("mean; k right", results)
    once = [one for one in results if one.sample.name != "ccai, as collected"]
    print_means("mean, CCAI counted once", once)


def print_means(title: str, results: Sequence[Result]) -> None:
    ours, seeds, peer = (
        float(np.mean([value(one) for one in results]))
        for value in (lambda one: one.ours[0], lambda one: np.mean(one.ours), lambda one: one.peer)
    )
    right = sum(one.k == one.true_k for one in results)
    peer_right = sum(one.peer_k == one.true_k for one in results)
    n = len(results)
    print(f"| {title} | | | {ours:.3f} | {seeds:.3f} | {right} of {n} | {peer:.3f} | {peer_right} of {n} |")


def report_planted(results: Sequence[Result]) -> None:
    print("\n| made-up conversations | n | ours | k right | red-dwarf | k right |")
    print("|---|---|---|---|---|---|")
    for kind in (*KINDS, ""):
        chosen = [one for one in results if one.sample.name.startswith(kind)]
        ours, peer = (np.mean([v(one) for one in chosen]) for v in (lambda o: o.ours[0], lambda o: o.peer))
        right = np.mean([one.k == one.true_k for one in chosen])
        peer_right = np.mean([one.peer_k == one.true_k for one in chosen])
        print(
            f"| {kind or 'all'} | {len(chosen)} | {ours:.3f} | {right:.0%} | {peer:.3f} | {peer_right:.0%} |"
        )


if __name__ == "__main__":
    main()
