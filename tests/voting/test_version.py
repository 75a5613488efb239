import re

from voting.version import CODE_VERSION


def test_the_code_version_is_a_version():
    assert re.fullmatch(r"\d+\.\d+\.\d+\S*", CODE_VERSION)
