"""Every template can be read by Django, is short, and holds no inline code."""

import re
from pathlib import Path

import pytest
from django.template.loader import get_template

FOLDER = Path(__file__).parents[2] / "templates"
TEMPLATES = sorted(str(path.relative_to(FOLDER)) for path in FOLDER.rglob("*.html"))
INLINE_CODE = re.compile(r"<style|<script(?![^>]*\bsrc=)|\sstyle=|\son[a-z]+=|javascript:", re.IGNORECASE)


@pytest.mark.parametrize("name", TEMPLATES)
def test_a_template_is_readable_and_free_of_inline_code(name):
    get_template(name)
    found = INLINE_CODE.search((FOLDER / name).read_text())
    assert found is None, found


@pytest.mark.parametrize("name", TEMPLATES)
def test_a_template_fits_on_a_page(name):
    assert len((FOLDER / name).read_text().splitlines()) <= 60
