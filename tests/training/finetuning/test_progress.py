"""Progress is read a little at a time, whatever state the file is in."""

import json

from training.finetuning.progress import ProgressReader, read_curves, read_tail, write_line


def test_only_new_and_whole_lines_are_read(tmp_path):
    path = tmp_path / "progress.jsonl"
    reader = ProgressReader(path)
    assert list(reader.read_new()) == []
    write_line(path, {"step": 1})
    assert list(reader.read_new()) == [{"step": 1}]
    with path.open("a") as lines:
        lines.write('{"step": 2')
    assert list(reader.read_new()) == []
    with path.open("a") as lines:
        lines.write("}\n")
    assert list(reader.read_new()) == [{"step": 2}]
    assert list(reader.read_new()) == []


def test_a_line_broken_off_by_a_kill_is_passed_over(tmp_path):
    path = tmp_path / "progress.jsonl"
    path.write_text('{"step": 1}\n{"ste{"step": 2}\n3\n{"step": 4}\n')
    assert [line["step"] for line in ProgressReader(path).read_new()] == [1, 4]


def test_what_json_cannot_say_becomes_nothing(tmp_path):
    write_line(tmp_path / "lines", {"loss": float("nan"), "step": 1})
    assert json.loads((tmp_path / "lines").read_text()) == {"loss": None, "step": 1}


def test_a_step_repeated_after_a_resume_counts_once(tmp_path):
    path = tmp_path / "progress.jsonl"
    for step, loss in ((1, 3.0), (2, 2.5), (2, 2.4), (3, 2.0)):
        write_line(path, {"stage": 1, "kind": "sft", "step": step, "loss": loss})
    write_line(path, {"stage": 2, "kind": "dpo", "step": 1, "loss": 0.7, "eval_loss": 0.6})
    sft, dpo = read_curves(path, ("loss",))
    assert sft.sorted_points() == [(1, 3.0), (2, 2.4), (3, 2.0)]
    assert (dpo.stage, dpo.kind, dpo.points) == (2, "dpo", {1: 0.7})


def test_of_a_long_log_only_the_end_is_read(tmp_path):
    path = tmp_path / "training.log"
    assert read_tail(path) == ""
    path.write_text("\n".join(f"line {number}" for number in range(9000)) + "\n  0%|\r 50%|\r100%|done\n")
    tail = read_tail(path).splitlines()
    assert tail[-2:] == ["line 8999", "100%|done"]
    assert tail[0].startswith("line ")
    assert len(tail) < 3000
