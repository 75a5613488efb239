import pytest

from voting.personal_data import find_personal_data


@pytest.mark.parametrize(
    ("text", "kind", "found"),
    [
        ("See https://example.org/a.", "link", "https://example.org/a"),
        ("All of this is on www.example.com now", "link", "www.example.com"),
        ("Do as example.org does.", "link", "example.org"),
        ("Read bit.ly/abc first", "link", "bit.ly/abc"),
        ("Write to jo.doe+x@example.org!", "email", "jo.doe+x@example.org"),
        ("Write to jo (at) example (dot) org", "email", "jo (at) example (dot) org"),
        ("Dial +49 30 1234567 at night", "phone", "+49 30 1234567"),
        ("Ring 0170/1234567", "phone", "0170/1234567"),
        ("It answers (555) 123-4567", "phone", "(555) 123-4567"),
        ("Appelez le 06 12 34 56 78", "phone", "06 12 34 56 78"),
        ("連絡先は０３－１２３４－５６７８です", "phone", "０３－１２３４－５６７８"),
        ("اتصل على ٠١٢٣٤٥٦٧٨٩", "phone", "٠١٢٣٤٥٦٧٨٩"),
        ("Never believe @someone_else", "handle", "@someone_else"),
        ("Ask u/someone", "handle", "u/someone"),
        ("Pay DE89 3704 0044 0532 0130 00 now", "bank account", "DE89 3704 0044 0532 0130 00"),
        ("Card 4111 1111 1111 1111", "card", "4111 1111 1111 1111"),
        ("Mine is 123-45-6789", "tax number", "123-45-6789"),
        ("My number is 612345678", "long number", "612345678"),
        ("He lives at 221 Baker Street", "street", "221 Baker Street"),
        ("Sie wohnt Hauptstraße 12", "street", "Hauptstraße 12"),
    ],
)
def test_links_and_personal_data_are_named(text, kind, found):
    assert [(one.kind.value, one.found) for one in find_personal_data(text)] == [(kind, found)]


@pytest.mark.parametrize(
    "text",
    [
        "It answers within 2 hours, 24/7.",
        "GPT-4 and GPT-4.1 are not people.",
        "E.g. this, i.e. that, etc.",
        "Between 2024-2030, from 2024-05-12 to 12.05.2031 or 05/12/2032.",
        "1,000,000 people, 10 000 000 000 euros, 1.000.000.000 of them, 8000000000 in all",
        "Pi is 3.14159265358979, and/or about 50-100 %.",
        "U.S. law and ISO 27001, Article 12(3), 9/11, COVID-19",
        "Be fair.It should be.honest.is it",
        "Open from 10:30 to 00:00, at 1:1000, or @ home",
        "Version 1.2.3 of Node.js has H2O for $1,000,000.00",
        "DE12 3456 7890 1234 5678 90 has wrong check digits",
    ],
)
def test_ordinary_numbers_and_abbreviations_are_left_alone(text):
    assert find_personal_data(text) == []


def test_two_findings_come_in_the_order_of_the_text():
    findings = find_personal_data("Write to a@example.org or dial +49 30 1234567")
    assert [finding.kind.value for finding in findings] == ["email", "phone"]


def test_the_explanation_quotes_what_was_found():
    assert "“a@example.org” looks like an e-mail address" in find_personal_data("a@example.org")[0].explain()
