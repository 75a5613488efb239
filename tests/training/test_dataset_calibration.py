"""A dataset's soft labels, brought nearer to people's by a curve kept with the run."""

import json

import pytest
from django.urls import reverse

from tests.factories import make_facilitator
from tests.training.pairs import make_preference_run
from training.datasets import DatasetError, ExportOptions, export_dataset
from training.datasets.exports import read_options
from training.models import DatasetExport, LabelCalibration

pytestmark = pytest.mark.usefixtures("var_dir")


def keep_slope(run, slope: float) -> LabelCalibration:
    parameters = {"method": "temperature", "slope": slope}
    fields = {"seed": 0, "n_fitted": 20, "n_held_out": 20, "figures": {}}
    return LabelCalibration.objects.create(run=run, method="temperature", parameters=parameters, **fields)


def export(run, folder, **options) -> list[dict]:
    export_dataset(run=run, out=folder, options=ExportOptions("preference-soft", **options))
    return [json.loads(line) for line in (folder / "train.jsonl").read_text().splitlines()]


def test_labels_become_less_sure_and_say_why(tmp_path):
    run = make_preference_run(10)
    kept = keep_slope(run, 0.5)
    plain, changed = export(run, tmp_path / "a"), export(run, tmp_path / "b", calibration=kept.pk)
    assert [row["chosen"] for row in plain] == [row["chosen"] for row in changed]
    decided = [(a["label"], b["label"]) for a, b in zip(plain, changed, strict=True) if a["label"] != 0.5]
    assert decided
    assert all(after < before for before, after in decided)
    assert {row["label_source"] for row in changed} == {"samples (3), calibrated (temperature)"}
    assert json.loads((tmp_path / "b" / "manifest.json").read_text())["options"]["calibration"] == kept.pk


def test_a_page_offers_the_runs_own_curves(client):
    run = make_preference_run(6)
    address = reverse("training:exports", args=[run.pk])
    client.force_login(make_facilitator())
    assert "Calibration of soft labels" not in client.get(address).content.decode()
    kept = keep_slope(run, 0.5)
    other = keep_slope(make_preference_run(1, is_executed=False), 0.5)
    asked = {"format": "preference-soft", "held_out": 0, "helpful_share": 0.4, "licence": "other", "seed": 0}
    assert client.post(address, asked | {"calibration": other.pk}).status_code == 422
    assert client.post(address, asked | {"calibration": kept.pk}).status_code == 302
    assert read_options(DatasetExport.objects.get()).calibration == kept.pk


def test_a_curve_of_another_run_is_refused(tmp_path):
    kept = keep_slope(make_preference_run(1, is_executed=False), 0.5)
    with pytest.raises(DatasetError, match=f"no calibration {kept.pk}"):
        export(make_preference_run(2), tmp_path / "out", calibration=kept.pk)
