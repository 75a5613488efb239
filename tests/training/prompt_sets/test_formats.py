"""Prompts from files as people publish them."""

import json

import pytest

from training.prompt_sets.formats import first_human_turn, read_file
from training.prompts import PromptError

DIALOGUE = "\n\nHuman: Tell me: what is 2: 1?\nAnd why?\n\nAssistant: Two.\n\nHuman: Thanks."


def write(tmp_path, name, text):
    path = tmp_path / name
    path.write_text(text, encoding="utf-8")
    return path


def texts(path, **options):
    return [prompt.text for prompt in read_file(path, **options)]


@pytest.mark.parametrize(
    ("row", "text"),
    [
        ({"prompt": " hey "}, "hey"),
        ({"chosen": DIALOGUE, "rejected": "x"}, "Tell me: what is 2: 1?\nAnd why?"),
        ({"transcript": DIALOGUE}, "Tell me: what is 2: 1?\nAnd why?"),
        ({"messages": [{"role": "system", "content": "x"}, {"role": "user", "content": "hey"}]}, "hey"),
        ({"instruction": "Shorten.", "instances": [{"input": "A b.", "output": "A."}]}, "Shorten.\n\nA b."),
        ({"instruction": "Rhyme.", "input": ""}, "Rhyme."),
    ],
)
def test_json_lines_of_several_shapes_are_read(tmp_path, row, text):
    assert texts(write(tmp_path, "a.jsonl", json.dumps(row))) == [text]


def test_a_prompt_is_not_cut_at_a_colon_or_at_the_word_assistant():
    said = "\n\nHuman: My assistant: is it Human: or not?\n\nAssistant: It is."
    assert first_human_turn(said, "here") == "My assistant: is it Human: or not?"


def test_columns_of_a_table_hold_prompts(tmp_path):
    path = write(
        tmp_path, "a.csv", "topic,prompt_a,prompt_b,prompt_a_group\nx,For it,Against it,g\ny,,Only b,g\n"
    )
    assert texts(path) == ["For it", "Against it", "Only b"]
    assert texts(path, columns=["topic"]) == ["x", "y"]


def test_each_line_of_a_text_is_a_prompt(tmp_path):
    assert texts(write(tmp_path, "a.txt", "one\n\n two \n")) == ["one", "two"]


def test_tags_of_the_row_and_of_the_file_are_kept(tmp_path):
    path = write(tmp_path, "a.jsonl", '{"prompt": "hey", "tags": ["benign"], "id": 7}')
    (prompt,) = read_file(path, tags=["smoke", "benign"])
    assert (prompt.tags, prompt.source_id) == (("benign", "smoke"), "7")


@pytest.mark.parametrize(
    ("name", "text", "words"),
    [
        ("a.jsonl", '{"prompt": "x"}\nnot json', "line 2: not a JSON object"),
        ("a.jsonl", '["x"]', "found list"),
        ("a.jsonl", '{"text": "x"}', "none of the fields"),
        ("a.jsonl", '{"prompt": 5}', "must be a text"),
        ("a.jsonl", '{"prompt": " "}', "the prompt is empty"),
        ("a.jsonl", '{"chosen": "no dialogue"}', "no turn that begins"),
        ("a.jsonl", '{"messages": []}', "no message of the role"),
        ("a.jsonl", '{"prompt": "x", "tags": "y"}', "list of texts"),
        ("a.csv", "question\nx\n", "no column named prompt; its columns are question"),
        ("a.parquet", "x", "cannot be told from “.parquet”"),
    ],
)
def test_what_cannot_be_read_is_named(tmp_path, name, text, words):
    with pytest.raises(PromptError, match=words):
        list(read_file(write(tmp_path, name, text)))


def test_a_file_that_is_not_there_or_not_utf8_is_named(tmp_path):
    with pytest.raises(PromptError, match="cannot be read"):
        list(read_file(tmp_path / "none.txt"))
    (tmp_path / "latin.txt").write_bytes("Grüße".encode("latin-1"))
    with pytest.raises(PromptError, match="not UTF-8"):
        list(read_file(tmp_path / "latin.txt"))


@pytest.mark.parametrize(
    ("place", "n"),
    [
        ("hh-rlhf/harmless-base-test.jsonl", 500),
        ("political-neutrality/eval_set.csv", 600),
        ("self-instruct/user_oriented_instructions.jsonl", 252),
    ],
)
def test_published_files_are_read_whole(shared, place, n):
    found = list(read_file(shared / "data" / "evaluation" / "prompts" / place))
    assert len(found) == n
    assert not any("\n\nAssistant:" in prompt.text for prompt in found)
