"""Anyone can check an exported constitution."""

import json

import pytest

from constitution.export import export_constitution
from constitution.verify import NotAConstitution, verify_document, verify_file
from tests.factories import make_adopted_constitution

pytestmark = pytest.mark.django_db


@pytest.fixture
def document(adopted):
    return json.loads(export_constitution(adopted, "json"))


def test_an_untouched_export_matches(document, tmp_path):
    path = tmp_path / "constitution.json"
    path.write_text(json.dumps(document), encoding="utf-8")
    result = verify_file(path)
    assert result.matches
    assert result.adopted_here


def test_the_order_of_keys_does_not_matter(document):
    assert verify_document(dict(reversed(document.items()))).matches


def test_one_changed_word_is_named(document):
    document["principles"][0]["text"] = "Choose the response that tells lies."
    result = verify_document(document)
    assert not result.matches
    assert result.difference.startswith(
        'principles[0].text is "Choose the response that tells lies." instead of'
    )


def test_a_missing_principle_is_named(document):
    document["principles"].pop()
    assert verify_document(document).difference == "principles has 3 entries instead of 4"


def test_a_number_changed_to_a_truth_value_is_named(document):
    document["version"] = True
    assert "version is true instead of 1" in verify_document(document).difference


def test_a_forged_hash_does_not_hide_a_change(document):
    document["title"] = "Forged"
    document["sha256"] = verify_document(document).computed
    result = verify_document(document)
    assert result.stated == result.computed
    assert not result.matches
    assert "title is" in result.difference


def test_a_constitution_from_elsewhere_is_checked_by_its_hash_alone(document):
    document["conversation"]["slug"] = "elsewhere"
    document["sha256"] = verify_document(document).computed
    result = verify_document(document)
    assert (result.matches, result.adopted_here) == (True, False)


@pytest.mark.parametrize("value", [None, [], {}, {"sha256": 3}, {"sha256": "x", "n": 2**70}])
def test_what_is_no_constitution_is_refused(db, value):
    with pytest.raises(NotAConstitution):
        verify_document(value)


@pytest.mark.parametrize("content", [b"", b"{", b"\xff\xfe", b"NaN"])
def test_what_is_no_json_is_refused(db, tmp_path, content):
    path = tmp_path / "broken.json"
    path.write_bytes(content)
    with pytest.raises(NotAConstitution):
        verify_file(path)


def test_a_missing_file_is_refused(db, tmp_path):
    with pytest.raises(NotAConstitution, match="cannot be read"):
        verify_file(tmp_path / "nowhere.json")


def test_odd_versions_find_nothing(db):
    make_adopted_constitution()
    odd = {"sha256": "0" * 64, "conversation": {"slug": "x"}, "version": 2**40}
    assert not verify_document(odd).adopted_here
