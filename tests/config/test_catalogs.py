"""Every language says everything that participants' pages say, with the same placeholders."""

import re
import shutil
from pathlib import Path

import polib
import pytest
from django.conf import settings
from django.utils.translation import gettext, ngettext, override

from config.catalogs import PLURAL_FORMS, compile_catalogs, count_forms, message_of, update_catalogs
from config.extraction import Message, find_messages, messages_of_code, messages_of_template

ROOT = Path(__file__).parents[2]
PLACEHOLDER = re.compile(r"%\((\w+)\)([sd])|%%")
LANGUAGES = sorted(PLURAL_FORMS)

every_language = pytest.mark.parametrize("language", LANGUAGES)


def catalog(language: str) -> polib.POFile:
    return polib.pofile(str(ROOT / "locale" / language / "LC_MESSAGES" / "django.po"))


def placeholders(text: str) -> list[str]:
    return sorted(match[0] for match in PLACEHOLDER.finditer(text))


def test_every_language_that_is_offered_has_a_catalog():
    assert {code for code, _ in settings.LANGUAGES} == {"en", *LANGUAGES}


@every_language
def test_the_catalog_is_in_step_with_the_sources(language):
    known = {message_of(entry) for entry in catalog(language)}
    assert known == set(find_messages(ROOT)), "run make messages, then translate what is new"


@every_language
def test_nothing_is_untranslated_or_doubtful(language):
    found = catalog(language)
    assert [entry.msgid for entry in found.untranslated_entries() + found.fuzzy_entries()] == []
    for entry in found:
        assert len(entry.msgstr_plural) == (count_forms(language) if entry.msgid_plural else 0), entry.msgid
        assert all(entry.msgstr_plural.values()), entry.msgid


@every_language
def test_placeholders_are_those_of_the_original(language):
    for entry in catalog(language):
        if not entry.msgid_plural:
            assert placeholders(entry.msgstr) == placeholders(entry.msgid), entry.msgid
        for text in entry.msgstr_plural.values():
            # One form may leave out the number it stands for, as “one vote” does.
            assert {*placeholders(text)} <= {*placeholders(entry.msgid_plural)}, entry.msgid


@every_language
def test_the_form_for_many_names_the_number(language):
    for entry in catalog(language):
        if entry.msgid_plural:
            last = entry.msgstr_plural[count_forms(language) - 1]
            assert placeholders(last) == placeholders(entry.msgid_plural), entry.msgid


@pytest.mark.parametrize(
    ("n", "words"),
    [
        (0, "لا أصوات"),
        (1, "صوت واحد"),
        (2, "صوتان"),
        (3, "%(n)s أصوات"),
        (10, "%(n)s أصوات"),
        (11, "%(n)s صوتًا"),
        (99, "%(n)s صوتًا"),
        (100, "%(n)s صوت"),
        (103, "%(n)s أصوات"),
    ],
)
def test_arabic_counts_in_six_ways(n, words):
    with override("ar"):
        assert ngettext("%(n)s vote", "%(n)s votes", n) == words


def test_what_is_compiled_is_what_is_written():
    for language in LANGUAGES:
        with override(language):
            assert gettext("Agree") == catalog(language).find("Agree").msgstr != "Agree"


def test_compiling_again_does_nothing(tmp_path):
    shutil.copytree(ROOT / "locale", tmp_path / "locale", ignore=shutil.ignore_patterns("*.mo"))
    assert compile_catalogs(tmp_path / "locale") == LANGUAGES
    assert compile_catalogs(tmp_path / "locale") == []


def test_messages_are_found_in_templates():
    source = """{% translate "One" %} {{ x|default:_("Two") }} {% include "a" with b=_("Three") %}
        {% blocktranslate count n=1 trimmed %}
            {{ n }} vote
        {% plural %}
            {{ n }} votes
        {% endblocktranslate %}
        {% blocktranslate context "noun" %}100 % {{ a }}{% endblocktranslate %}"""
    assert set(messages_of_template(source)) == {
        Message("One"),
        Message("Two"),
        Message("Three"),
        Message("%(n)s vote", "%(n)s votes"),
        Message("100 %% %(a)s", msgctxt="noun"),
    }


def test_messages_are_found_in_code():
    source = (
        "_('One' ' two'); ngettext('%(n)s a', '%(n)s b', n); pgettext_lazy('noun', 'vote'); other('x'); _(y)"
    )
    assert set(messages_of_code(source)) == {
        Message("One two"),
        Message("%(n)s a", "%(n)s b"),
        Message("vote", msgctxt="noun"),
    }


def test_updating_keeps_translations_and_drops_what_is_gone(tmp_path):
    (tmp_path / "templates").mkdir()
    page = tmp_path / "templates" / "page.html"
    page.write_text('{% translate "Old" %}{% translate "Kept" %}')
    update_catalogs(tmp_path)
    path = tmp_path / "locale/de/LC_MESSAGES/django.po"
    found = polib.pofile(str(path))
    found.find("Kept").msgstr = "Bleibt"
    found.save()
    page.write_text('{% translate "Kept" %}{% translate "New" %}')
    assert update_catalogs(tmp_path)["de"] == 1
    assert [(entry.msgid, entry.msgstr) for entry in polib.pofile(str(path))] == [
        ("Kept", "Bleibt"),
        ("New", ""),
    ]
