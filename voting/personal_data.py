"""What must not stand in a public text: links, and what leads to a person.

Precise rather than complete, because a moderator reads every statement: “24/7”, “GPT-4”, “2 hours”, years,
dates and amounts are left alone.
"""

import re
import unicodedata
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from enum import StrEnum

from django.utils.translation import gettext_lazy as _

# Endings that make a bare “name.ending” a web address. Those that are words, as in “honest.at”, need a path.
ENDINGS = "com|org|net|info|edu|gov|mil|int|io|ai|app|dev|biz|xyz|online|site|shop|blog|link|page|tv|ly|gl|gg"
COUNTRIES = "ar|br|ca|ch|cl|cn|co|cz|de|dk|ee|eu|fi|fr|gr|hu|ie|ir|jp|ke|kr|lt|lv|mx|ng|nl|nz"
MORE_COUNTRIES = "pe|pl|pt|ro|rs|ru|sg|sk|tr|tw|ua|uk|za"
NAME = r"(?<![\w@.-])(?:[\w-]+\.)+"
LINK = re.compile(
    rf"""(?ix) \b(?:https?|ftp)://\S+ | (?<![\w.])www\.[\w-]+\.\S+
    | {NAME}[a-z]{{2,}}/[\w?#]\S*
    | {NAME}(?:{ENDINGS}|{COUNTRIES}|{MORE_COUNTRIES})(?![\w-]|\.\w)"""
)
EMAIL = re.compile(
    r"""(?ix) [\w.+-]+@[\w-]+(?:\.[\w-]+)+
    | [\w.+-]+\s?[\[(]\s?at\s?[\])]\s?[\w-]+(?:\s?(?:\.|[\[(]\s?dot\s?[\])])\s?[\w-]+)+"""
)
HANDLE = re.compile(r"(?<![\w.@/])@[\w.]*\w{2}|(?<![\w/])u/[\w-]{3,}")
IBAN = re.compile(r"(?a)(?<!\w)[A-Za-z]{2}\d{2}(?: ?[A-Za-z0-9]{4}){2,7}(?: ?[A-Za-z0-9]{1,3})?(?!\w)")
CARD = re.compile(r"(?<!\d)\d(?:[ -]?\d){12,18}(?!\d)")
LONG_NUMBER = re.compile(r"(?<![\d.,])\d{9,}(?![\d.,]\d)")
CALLED = r"(?:tel|phone|call|whatsapp|telefon|tél|teléfono|電話|هاتف)"
PHONE = re.compile(
    rf"""(?aix) (?<![\w+])(?:\+|00)\(?[1-9][\d\s().\-/]{{5,}}\d(?!\w)
    | (?<![\d.,+-])(?<!\d[ ])(?:\(0\d{{1,5}}\)|0\d{{1,5}})[\s./-]{{0,2}}\d{{2,}}(?:[\s./-]\d{{2,}})*(?!\w)
    | (?<![\d.,+-])(?:\(\d{{3}}\)\s?|\d{{3}}[\s.-])\d{{3}}[\s.-]\d{{4}}(?!\w)
    | {CALLED}\W{{0,3}}\d[\d\s-]{{4,}}\d(?!\w)"""
)
DASHES = "‐‑‒–—−－"
CALENDAR = re.compile(r"\d{1,2}[./-]\d{1,2}[./-](?:\d{2}|\d{4})")
TAX_NUMBER = re.compile(r"(?a)(?<![\w-])\d{3}-\d{2}-\d{4}(?![\w-])")
STREET = re.compile(
    r"""(?x) \b\d{1,5}[a-z]?\s(?:[A-Z][a-z]+\s){1,3}(?:Street|Avenue|Road|Lane|Drive|Boulevard)\b
    | \b[A-ZÄÖÜ][\w-]*(?:straße|strasse|gasse|allee)\s\d{1,4}[a-z]?\b
    | \b\d{1,4},?\s(?:rue|avenue|boulevard)\s(?:de\s|du\s|des\s|la\s|l’|l')*[A-ZÉÈ]\w+
    | \b[Cc]alle\s(?:de\s|del\s|la\s)*[A-ZÁÉÍÓÚ]\w+,?\s\d{1,4}\b"""
)


class Kind(StrEnum):
    LINK = "link"
    EMAIL = "email"
    BANK_ACCOUNT = "bank account"
    CARD = "card"
    PHONE = "phone"
    TAX_NUMBER = "tax number"
    LONG_NUMBER = "long number"
    HANDLE = "handle"
    STREET = "street"


EXPLANATIONS = {
    Kind.LINK: _("“%(found)s” looks like a link. A statement is voted on as it stands, and links lead away."),
    Kind.EMAIL: _("“%(found)s” looks like an e-mail address. Everybody will read your statement."),
    Kind.BANK_ACCOUNT: _("“%(found)s” looks like a bank account. Everybody will read your statement."),
    Kind.CARD: _("“%(found)s” looks like the number of a card. Everybody will read your statement."),
    Kind.PHONE: _("“%(found)s” looks like a phone number. Everybody will read your statement."),
    Kind.TAX_NUMBER: _("“%(found)s” looks like a number that names a person. Everybody will read it."),
    Kind.LONG_NUMBER: _("“%(found)s” looks like a number that names a person. Everybody will read it."),
    Kind.HANDLE: _(
        "“%(found)s” looks like somebody’s name on a network. Everybody will read your statement."
    ),
    Kind.STREET: _("“%(found)s” looks like somebody’s address. Everybody will read your statement."),
}


@dataclass(frozen=True)
class Finding:
    """A part of a text that must not be there."""

    kind: Kind
    found: str

    def explain(self) -> str:
        return str(EXPLANATIONS[self.kind]) % {"found": self.found}


def find_personal_data(text: str) -> list[Finding]:
    """Find links and personal data, in the order of the text; what belongs to two kinds counts as the first.

    Digits of every script count as digits.
    """
    plain = _plain_text(text)
    places: list[tuple[int, int, Finding]] = []
    for kind, pattern, is_meant in SEARCHES:
        for begin, end in _matches(pattern, is_meant, plain):
            if not any(begin < other_end and other_begin < end for other_begin, other_end, _one in places):
                places.append((begin, end, Finding(kind, text[begin:end].strip())))
    return [finding for _begin, _end, finding in sorted(places, key=lambda place: place[0])]


def _matches(
    pattern: re.Pattern[str], is_meant: Callable[[str], bool], text: str
) -> Iterator[tuple[int, int]]:
    for match in pattern.finditer(text):
        found = match.group().rstrip(" .,;:!?)”“\"'»")
        if is_meant(found):
            yield match.start(), match.start() + len(found)


def _plain_text(text: str) -> str:
    """The same text, place by place, with digits of any script as 0 to 9, and one kind of space and dash."""
    return "".join(map(_plain, text))


def _plain(character: str) -> str:
    if character.isdecimal():
        return str(unicodedata.decimal(character))
    if character.isspace():
        return " "
    return "-" if character in DASHES else character


def _digits(text: str) -> str:
    return "".join(re.findall(r"\d", text))


def _always(_found: str) -> bool:
    return True


def _is_iban(found: str) -> bool:
    """Whether the check digits of the account are right (ISO 13616)."""
    account = found.replace(" ", "").upper()
    turned = account[4:] + account[:4]
    return 15 <= len(account) <= 34 and int("".join(str(int(c, 36)) for c in turned)) % 97 == 1


def _is_card(found: str) -> bool:
    """Whether the check digit of the card is right (Luhn); noughts alone are an amount."""
    digits = [int(digit) for digit in reversed(_digits(found))]
    doubled = [sum(divmod(2 * digit, 10)) for digit in digits[1::2]]
    return (sum(digits[::2]) + sum(doubled)) % 10 == 0 and not found.endswith("000")


def _is_phone(found: str) -> bool:
    """Whether there are as many digits as a phone number has, and they are no date."""
    return 7 <= len(_digits(found)) <= 15 and not CALENDAR.fullmatch(found)


def _is_no_amount(found: str) -> bool:
    return not found.endswith("000")


SEARCHES: list[tuple[Kind, re.Pattern[str], Callable[[str], bool]]] = [
    (Kind.EMAIL, EMAIL, _always),
    (Kind.LINK, LINK, _always),
    (Kind.BANK_ACCOUNT, IBAN, _is_iban),
    (Kind.CARD, CARD, _is_card),
    (Kind.TAX_NUMBER, TAX_NUMBER, _always),
    (Kind.PHONE, PHONE, _is_phone),
    (Kind.LONG_NUMBER, LONG_NUMBER, _is_no_amount),
    (Kind.HANDLE, HANDLE, _always),
    (Kind.STREET, STREET, _always),
]
