"""The files of translations: kept in step with the sources, and compiled for the site to read."""

import os
from collections.abc import Iterator
from pathlib import Path

import polib

from config.extraction import Message, find_messages

# Each language counts in its own way: how many forms it has, and which of them a number takes.
PLURAL_FORMS = {
    "ar": "nplurals=6; plural=n==0 ? 0 : n==1 ? 1 : n==2 ? 2 : n%100>=3 && n%100<=10 ? 3 : n%100>=11 ? 4 : 5",
    "de": "nplurals=2; plural=(n != 1);",
    "es": "nplurals=2; plural=(n != 1);",
    "fr": "nplurals=2; plural=(n > 1);",
    "ja": "nplurals=1; plural=0;",
}


def source_files(folder: Path) -> Iterator[Path]:
    """Where the translations into each language are written."""
    return iter(sorted(folder.glob("*/LC_MESSAGES/django.po")))


def compile_catalogs(folder: Path) -> list[str]:
    """Compile what has changed since the last time; several processes may do so at once."""
    compiled = []
    for source in source_files(folder):
        target = source.with_suffix(".mo")
        if target.exists() and target.stat().st_mtime_ns == source.stat().st_mtime_ns:
            continue
        changed_at = source.stat().st_mtime_ns
        draft = target.with_suffix(f".{os.getpid()}")
        polib.pofile(str(source)).save_as_mofile(str(draft))
        os.utime(draft, ns=(changed_at, changed_at))
        draft.replace(target)
        compiled.append(source.parent.parent.name)
    return compiled


def update_catalogs(root: Path) -> dict[str, int]:
    """Bring every language in step with the sources; how many messages each still lacks.

    A message that is used no longer goes; a new one comes in empty.
    """
    places = find_messages(root)
    return {
        language: _update(root / "locale" / language / "LC_MESSAGES" / "django.po", language, places)
        for language in PLURAL_FORMS
    }


def message_of(entry: polib.POEntry) -> Message:
    """Which message of the sources an entry translates."""
    return Message(entry.msgid, entry.msgid_plural or "", entry.msgctxt or "")


def _update(path: Path, language: str, places: dict[Message, list[str]]) -> int:
    known = {message_of(entry): entry for entry in polib.pofile(str(path))} if path.exists() else {}
    catalog = polib.POFile(wrapwidth=110)
    catalog.metadata = {
        "Language": language,
        "MIME-Version": "1.0",
        "Content-Type": "text/plain; charset=UTF-8",
        "Content-Transfer-Encoding": "8bit",
        "Plural-Forms": PLURAL_FORMS[language],
    }
    for message, files in sorted(places.items(), key=lambda item: (item[1][0], item[0].msgid)):
        catalog.append(_entry(message, files, known.get(message), count_forms(language)))
    path.parent.mkdir(parents=True, exist_ok=True)
    catalog.save(str(path))
    return len(catalog.untranslated_entries())


def count_forms(language: str) -> int:
    """How many plural forms the language has."""
    return int(PLURAL_FORMS[language].removeprefix("nplurals=")[0])


def _entry(message: Message, files: list[str], known: polib.POEntry | None, n_forms: int) -> polib.POEntry:
    entry = polib.POEntry(
        msgid=message.msgid,
        msgid_plural=message.msgid_plural,
        msgctxt=message.msgctxt or None,
        occurrences=[(file, "") for file in files],
        flags=["python-format"] if "%(" in message.msgid else [],
    )
    if message.msgid_plural:
        entry.msgstr_plural = dict.fromkeys(range(n_forms), "")
    if known is not None:
        entry.msgstr, entry.msgstr_plural = known.msgstr, known.msgstr_plural
    return entry
