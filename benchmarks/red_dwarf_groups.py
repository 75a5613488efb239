"""The groups red-dwarf finds in each file of votes of a folder; run in the environment that has it.

var/benchmark-venv/bin/python benchmarks/red_dwarf_groups.py FOLDER > groups.json
"""

import json
import sys
from pathlib import Path

import numpy as np
from reddwarf.implementations.polis import run_pipeline


def main() -> None:
    print(json.dumps({file.stem: groups_in(file) for file in sorted(Path(sys.argv[1]).glob("*.npz"))}))


def groups_in(file: Path) -> dict[int, int]:
    """Each grouped person's group, from an `.npz` with persons, statements, values and left_out."""
    given = {name: array.tolist() for name, array in np.load(file).items()}
    columns = zip(given["persons"], given["statements"], given["values"], strict=True)
    votes = [{"participant_id": p, "statement_id": s, "vote": v} for p, s, v in columns]
    found = run_pipeline(votes=votes, mod_out_statement_ids=given["left_out"], random_state=42)
    return {int(person): int(group) for person, group in found.participants_df["cluster_id"].dropna().items()}


if __name__ == "__main__":
    main()
