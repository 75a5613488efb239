"""A constitution in every format, and its hash recomputed by anyone."""

import hashlib
import json
from math import prod

import pytest
import rfc8785
import yaml

from constitution.editing import edit_principle
from constitution.export import (
    MEDIA_TYPES,
    UnknownFormat,
    comparison_request,
    critique_request,
    export_constitution,
    revision_request,
)
from constitution.services import adopt_constitution
from tests.factories import make_adopted_constitution

pytestmark = pytest.mark.django_db


def test_the_hash_is_that_of_the_exported_content(adopted):
    document = json.loads(export_constitution(adopted, "json"))
    stated = document.pop("sha256")
    assert hashlib.sha256(rfc8785.dumps(document)).hexdigest() == stated == adopted.sha256


def test_the_json_says_what_was_decided_and_on_what_grounds(adopted, analysis):
    document = json.loads(export_constitution(adopted, "json"))
    assert list(document)[:2] == ["schema", "title"]
    assert document["population"] == "people of the town"
    assert document["rule"]["min_level"] == 0.75
    assert document["analysis"]["sha256"] == analysis.result_sha256
    assert document["ratification"] == {"result": None, "reason": "not held"}
    assert document["adopted_at"].endswith("Z")


def test_each_principle_carries_its_statements_and_votes(adopted):
    principle = json.loads(export_constitution(adopted, "json"))["principles"][0]
    (statement,) = principle["statements"]
    assert statement["counts"] == {"agree": 16, "disagree": 0, "pass": 0}
    sizes = [group.size for group in adopted.analysis.groups.all()]
    assert [votes["agree"] for votes in statement["by_group"]] == sizes
    gac = prod((size + 1) / (size + 2) for size in sizes)
    assert statement["gac"] == pytest.approx(gac)
    assert statement["gac_level"] == pytest.approx(gac**0.5)


def test_minority_positions_are_in_the_record(adopted):
    positions = json.loads(export_constitution(adopted, "json"))["dissent"]["positions"]
    assert {position["statement"]["text"] for position in positions} == {
        "The AI should take sides",
        "The AI should joke",
    }


def test_edits_are_in_the_record_without_names(draft, owner):
    flagged = draft.principles.get(needs_editing=True)
    edit_principle(principle=flagged, text="Choose the response that is kind.", framing="positive", by=owner)
    adopted = adopt_constitution(constitution=draft, by=owner)
    document = export_constitution(adopted, "json")
    assert json.loads(document)["edits"][0]["after"] == "Choose the response that is kind."
    assert owner.username not in document


def test_a_draft_exports_without_a_hash(draft):
    document = json.loads(export_constitution(draft, "json"))
    assert (document["status"], document["sha256"], document["adopted_at"]) == ("draft", None, None)


def test_yaml_says_the_same_as_json(adopted):
    as_json, as_yaml = export_constitution(adopted, "json"), export_constitution(adopted, "yaml")
    assert yaml.safe_load(as_yaml) == json.loads(as_json)


def test_the_prompt_is_a_numbered_list(adopted):
    lines = export_constitution(adopted, "prompt").splitlines()
    assert lines[0].startswith("You follow a constitution written by the public of people of the town.")
    assert lines[2] == "1. Choose the response that tells the truth."
    assert len(lines) == 2 + adopted.principles.count()


def test_markdown_keeps_the_publics_words_as_text(analysis, draft):
    first = draft.principles.first()
    edit_principle(principle=first, text="Choose the response that is *not* <b>loud</b>.", framing="negative")
    written = export_constitution(draft, "markdown")
    assert r"is \*not\* \<b\>loud\</b\>." in written
    size = analysis.groups.get(number=0).size
    assert f"Group A: {size} agree, 0 disagree, 0 pass." in written
    assert "## Minority positions" in written


def test_critiques_and_revisions_come_in_pairs(adopted):
    pairs = json.loads(export_constitution(adopted, "critique-revision"))
    assert [pair["name"] for pair in pairs][:2] == ["town@1/1", "town@1/2"]
    assert all(pair["critique_request"] != pair["revision_request"] for pair in pairs)


def test_comparisons_are_instructions_to_choose(adopted):
    comparisons = json.loads(export_constitution(adopted, "comparison"))
    assert all(item["instruction"].startswith("Choose the response") for item in comparisons)


def test_a_comparison_asks_for_the_better_or_for_the_worse_response():
    principle = "Choose the response that is kind."
    assert comparison_request(principle) == principle
    assert "falls shorter of this principle: “Choose" in comparison_request(principle, for_the_worse=True)
    assert comparison_request("AI should be kind.") == (
        "Choose the response that better follows this principle: “AI should be kind.”"
    )


def test_requests_name_what_the_principle_asks_for():
    principle = "Choose the response that does not lie."
    assert "falls short of a response that does not lie." in critique_request(principle)
    assert "becomes a response that does not lie." in revision_request(principle)
    verbatim = "Choose the response most consistent with: Kindness above all"
    assert "becomes the response most consistent with: Kindness above all." in revision_request(verbatim)
    assert "what this principle asks" in revision_request("Be kind.")


@pytest.mark.parametrize("format", list(MEDIA_TYPES))
def test_every_format_can_be_written_without_sources(format):
    assert "promise number 2" in export_constitution(make_adopted_constitution(), format)


def test_an_unknown_format_is_refused(adopted):
    with pytest.raises(UnknownFormat, match="there are json, markdown"):
        export_constitution(adopted, "pdf")
