"""The statements of an analysis: sorted, searched, and as a safe file."""

import csv
import io

import pytest

from analysis.report import Report
from analysis.services import run_analysis
from analysis.tables import neutralize, search_rows, sort_rows, statements_csv
from tests.factories import make_divided_conversation

pytestmark = pytest.mark.django_db


@pytest.fixture
def analysis():
    return run_analysis(conversation=make_divided_conversation(), lock_k=2)


def numbers(rows):
    return [row.number for row in rows]


def test_rows_sort_up_and_down(analysis):
    rows = Report(analysis).rows
    assert numbers(sort_rows(rows, "number")) == numbers(sort_rows(rows, "-number"))[::-1]


def test_an_unknown_order_is_the_usual_one(analysis):
    rows = Report(analysis).rows
    assert numbers(sort_rows(rows, "'; DROP TABLE")) == numbers(sort_rows(rows, "-level"))


def test_all_words_must_be_there_in_any_case(analysis):
    rows = Report(analysis).rows
    assert numbers(search_rows(rows, "RULE 3")) == [3]
    assert search_rows(rows, "rule nowhere") == []
    assert len(search_rows(rows, "")) == 8


def test_the_file_has_every_statement_with_its_counts(analysis):
    rows = list(csv.DictReader(io.StringIO(statements_csv(analysis))))
    assert [int(row["statement-id"]) for row in rows] == list(range(8))
    for row in rows:
        groups = [int(row[f"group-{letter}-agrees"]) for letter in "AB"]
        assert sum(groups) == int(row["agrees"])


@pytest.mark.parametrize("text", ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "  =1"])
def test_a_formula_is_made_harmless(text):
    assert neutralize(text) == "'" + text


def test_ordinary_text_is_left_alone():
    assert neutralize("The AI should = be honest") == "The AI should = be honest"


def test_a_formula_in_a_statement_is_harmless_in_the_file():
    conversation = make_divided_conversation()
    conversation.statements.filter(number=0).update(text='=HYPERLINK("http://evil")')
    rows = list(csv.DictReader(io.StringIO(statements_csv(run_analysis(conversation=conversation)))))
    assert rows[0]["statement"] == '\'=HYPERLINK("http://evil")'
