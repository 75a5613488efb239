"""Prompts are read with errors that name the place, and known by their content."""

import pytest

from training.prompts import DEMONSTRATION, PromptError, prompts_sha256, read_prompts


def prompt_file(tmp_path, text: str | bytes):
    path = tmp_path / "prompts.jsonl"
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return path


def test_prompts_keep_their_order_id_and_tags(tmp_path):
    path = prompt_file(tmp_path, '{"prompt": "hey", "tags": ["benign"]}\n\n{"id": 7, "prompt": " How? "}\n')
    first, second = read_prompts(path).prompts
    assert (first.text, first.tags, first.source_id) == ("hey", ("benign",), "")
    assert (second.text, second.tags, second.source_id) == ("How?", (), "7")


def test_the_same_text_comes_once(tmp_path):
    read = read_prompts(prompt_file(tmp_path, '{"prompt": "hey"}\n{"prompt": "hey "}\n{"prompt": "you"}\n'))
    assert [prompt.text for prompt in read.prompts] == ["hey", "you"]
    assert read.n_duplicates == 1


def test_a_limit_counts_distinct_prompts(tmp_path):
    path = prompt_file(tmp_path, '{"prompt": "a"}\n{"prompt": "a"}\n{"prompt": "b"}\n{"prompt": "c"}\n')
    assert [prompt.text for prompt in read_prompts(path, limit=2).prompts] == ["a", "b"]


@pytest.mark.parametrize(
    ("line", "complaint"),
    [
        ("{prompt}", "line 2: not a JSON object"),
        ("[1]", "line 2: expected an object"),
        ('{"text": "hey"}', "line 2: “prompt” must be a text"),
        ('{"prompt": "  "}', "line 2: “prompt” must be a text"),
        ('{"prompt": 5}', "line 2: “prompt” must be a text"),
        ('{"prompt": "hey", "tags": "benign"}', "line 2: “tags” must be a list"),
        ('{"prompt": "hey", "id": true}', "line 2: “id” must be"),
        ('{"prompt": "\\ud800"}', "line 2: the prompt holds half of a character"),
        ('{"prompt": "' + "x" * 20_001 + '"}', "line 2: the prompt has 20,001 characters"),
    ],
)
def test_a_bad_line_is_named(tmp_path, line, complaint):
    with pytest.raises(PromptError, match=complaint):
        read_prompts(prompt_file(tmp_path, '{"prompt": "fine"}\n' + line + "\n"))


def test_a_wrong_encoding_is_named(tmp_path):
    with pytest.raises(PromptError, match="line 1: the text is not UTF-8"):
        read_prompts(prompt_file(tmp_path, '{"prompt": "caf\xe9"}'.encode("latin-1")))


def test_a_missing_or_empty_file_says_so(tmp_path):
    with pytest.raises(PromptError, match="cannot be read: No such file"):
        read_prompts(tmp_path / "nowhere.jsonl")
    with pytest.raises(PromptError, match="holds no prompt"):
        read_prompts(prompt_file(tmp_path, "\n"))


def test_another_order_is_another_set(tmp_path):
    one = read_prompts(prompt_file(tmp_path, '{"prompt": "a"}\n{"prompt": "b"}\n')).prompts
    other = tuple(reversed(one))
    assert prompts_sha256(one) != prompts_sha256(other)
    assert {prompt.id for prompt in one} == {prompt.id for prompt in other}


def test_the_demonstration_prompts_are_varied_and_whole():
    read = read_prompts(DEMONSTRATION)
    assert len(read.prompts) == 40
    assert read.n_duplicates == 0
    tags = {tag for prompt in read.prompts for tag in prompt.tags}
    assert {"benign", "helpful", "harmful", "contentious"} <= tags
