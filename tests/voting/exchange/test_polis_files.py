"""Malformed files: one clear error with file, line and what was expected."""

import pytest

from tests.voting.exchange.exports import COMMENTS, MATRIX, VOTES, write_export
from voting.exchange import MalformedFile, read_ids
from voting.exchange.polis_files import read_export


def fault(directory):
    with pytest.raises(MalformedFile) as error:
        read_export(directory, lambda message: None)
    return str(error.value)


@pytest.mark.parametrize(
    ("files", "message"),
    [
        (
            {"votes": VOTES.replace("voter-id", "voter")},
            "votes.csv, line 1: the column “voter-id” is missing",
        ),
        ({"comments": COMMENTS.replace("moderated", "mod")}, "line 1: the column “moderated” is missing"),
        ({"votes": VOTES.replace("datetime", "vote")}, "line 1: the column “vote” stands there twice"),
        (
            {"votes": VOTES.replace("1,2,0\n", "1,2,2\n")},
            "votes.csv, line 4: expected one of 1, 0, -1 in “vote”",
        ),
        ({"votes": VOTES + "1,x,9,1,1\n"}, "votes.csv, line 6: a vote for statement 9"),
        ({"votes": VOTES + "1,x,0\n"}, "votes.csv, line 6: expected 5 fields as in the header, found 3"),
        (
            {"votes": VOTES + "1,x,0,1_0,1\n"},
            "line 6: expected a whole number from 0 to 2147483647 in “voter-id”",
        ),
        ({"votes": VOTES + "1,x,0,99999999999,1\n"}, "line 6: expected a whole number"),
        ({"votes": VOTES + "later,x,0,1,1\n"}, "line 6: expected a whole number from 0 to 253402300799000"),
        ({"votes": ""}, "votes.csv, line 1: the file is empty; expected the columns timestamp"),
        ({"votes": VOTES.encode("utf-16")}, "votes.csv, line 1: expected UTF-8 text, found the byte 0xff"),
        ({"votes": VOTES + '1,"x,0,1,1\n'}, "votes.csv, line 6: expected comma-separated values"),
        (
            {"votes": VOTES + f"1,{'x' * 200_000},0,1,1\n"},
            "line 6: expected comma-separated values: field larger",
        ),
        ({"votes": VOTES + "1,\x00,0,1,1\n"}, "line 6: expected text, found a zero byte"),
        (
            {"comments": COMMENTS.encode() + b"1,x,5,2,1,0,1,caf\xe9\n"},
            "line 5: expected UTF-8 text, found the byte 0xe9",
        ),
        ({"comments": COMMENTS + "1,x,0,2,0,0,1,Again\n"}, "line 5: the statement id 0 stands there twice"),
        ({"comments": COMMENTS + "1,x,3,2,0,0,2,Odd\n"}, "line 5: expected one of 1, 0, -1 in “moderated”"),
        ({"comments": COMMENTS + "1,x,3,2,0,0,1, \n"}, "line 5: expected a statement's text"),
        (
            {"comments": COMMENTS + f"1,x,3,2,0,0,1,{'x' * 10_001}\n"},
            "line 5: expected at most 10,000 characters",
        ),
        ({"comments": COMMENTS.splitlines()[0]}, "comments.csv, line 2: expected at least one statement"),
        (
            {"votes": None, "participants_votes": MATRIX.replace("0,1,2\n", "0,1,8\n", 1)},
            "line 1: a column for statement 8",
        ),
        (
            {"participants_votes": MATRIX + "1,,0,0,0,0,0,,,\n"},
            "line 4: the participant id 1 stands there twice",
        ),
        (
            {"participants_votes": MATRIX + "3,,x,0,0,0,0,,,\n"},
            "line 4: expected a whole number from 0 to 32767 in “group-id”",
        ),
        ({"participants_votes": MATRIX + "3,,0,0,0,0,0,5,,\n"}, "line 4: expected one of 1, 0, -1 in “0”"),
        ({"summary": "topic,What,now\n"}, "summary.csv, line 1: expected a key and a value, found 3 fields"),
        ({"votes": None, "participants_votes": None}, "expected votes.csv or participants-votes.csv"),
        ({"comments": None}, "comments.csv: cannot be read: No such file"),
    ],
)
def test_a_fault_is_named_with_its_place(tmp_path, files, message):
    assert message in fault(write_export(tmp_path, **files))


def test_a_missing_folder_is_named(tmp_path):
    assert "nowhere: expected a folder" in fault(tmp_path / "nowhere")


def test_a_statement_over_several_lines_does_not_shift_the_line_of_a_later_fault(tmp_path):
    comments = COMMENTS + '1,x,3,2,0,0,1,"Two\nlines"\n1,x,4,2,0,0,9,Odd\n'
    assert "comments.csv, line 7: expected one of" in fault(write_export(tmp_path, comments=comments))


def test_ids_are_read_one_per_line(tmp_path):
    (tmp_path / "ids.csv").write_text("\ufeff5\r\n7\r\n\r\n5\n")
    assert read_ids(tmp_path / "ids.csv") == {5, 7}


def test_an_id_that_is_no_number_is_named(tmp_path):
    (tmp_path / "ids.csv").write_text("5\nseven\n")
    with pytest.raises(MalformedFile, match=r"ids\.csv, line 2: expected a whole number .* found “seven”"):
        read_ids(tmp_path / "ids.csv")
