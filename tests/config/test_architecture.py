"""Imports go one way: opinion <- voting <- analysis <- constitution <- training <- evaluation."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
LEFT_TO_RIGHT = ["opinion", "voting", "analysis", "constitution", "training", "evaluation"]
SLOW_TO_IMPORT = {
    "sklearn",
    "scipy",
    "inspect_ai",
    "anthropic",
    "openai",
    "pyarrow",
    "trl",
    "transformers",
    "torch",
    "datasets",
}
NOT_FOR_PURE_CODE = {"django", "config", "procrastinate", "psycopg", *LEFT_TO_RIGHT[1:]}


def modules_of(package: str) -> list[Path]:
    return sorted(path for path in (ROOT / package).rglob("*.py") if "migrations" not in path.parts)


def imports_in(node: ast.AST) -> Iterator[str]:
    """The top-level packages that this piece of code imports."""
    for part in ast.walk(node):
        if isinstance(part, ast.Import):
            yield from (alias.name.partition(".")[0] for alias in part.names)
        elif isinstance(part, ast.ImportFrom) and part.module and part.level == 0:
            yield part.module.partition(".")[0]


def imports_on_loading(node: ast.AST) -> Iterator[str]:
    """What is imported when the module is: function bodies and type-checking blocks wait."""
    for part in ast.iter_child_nodes(node):
        if isinstance(part, (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda)):
            continue
        if isinstance(part, ast.If) and "TYPE_CHECKING" in ast.dump(part.test):
            continue
        if isinstance(part, (ast.Import, ast.ImportFrom)):
            yield from imports_in(part)
        else:
            yield from imports_on_loading(part)


def wrong_arrows(package: str, source: str) -> set[str]:
    """Apps to the right of this package, or config, that its code imports, wherever the import stands."""
    allowed = set(LEFT_TO_RIGHT[: LEFT_TO_RIGHT.index(package) + 1])
    found = set(imports_in(ast.parse(source)))
    return found & ({*LEFT_TO_RIGHT, "config"} - allowed)


@pytest.mark.parametrize("package", LEFT_TO_RIGHT)
def test_an_app_imports_only_to_its_left(package):
    wrong = {
        str(path.relative_to(ROOT)): arrows
        for path in modules_of(package)
        if (arrows := wrong_arrows(package, path.read_text()))
    }
    assert not wrong


def test_the_mathematics_know_neither_django_nor_any_app():
    for path in modules_of("opinion"):
        found = set(imports_in(ast.parse(path.read_text()))) & NOT_FOR_PURE_CODE
        assert not found, f"{path.relative_to(ROOT)} imports {found}"


@pytest.mark.parametrize("package", [*LEFT_TO_RIGHT, "config"])
def test_slow_libraries_wait_until_they_are_needed(package):
    for path in modules_of(package):
        found = set(imports_on_loading(ast.parse(path.read_text()))) & SLOW_TO_IMPORT
        assert not found, f"{path.relative_to(ROOT)} imports {found} at its top"


@pytest.mark.parametrize(
    ("package", "source", "arrows"),
    [
        ("voting", "from analysis.services import run_analysis", {"analysis"}),
        ("voting", "def later():\n    import training.jobs", {"training"}),
        ("analysis", "from voting.models import Vote\nimport opinion", set()),
        ("evaluation", "from config.settings import VAR_DIR", {"config"}),
    ],
)
def test_the_rule_sees_a_wrong_arrow(package, source, arrows):
    assert wrong_arrows(package, source) == arrows


def test_the_rule_sees_a_slow_import():
    slow = "if True:\n    import scipy.sparse\ndef later():\n    import sklearn"
    assert set(imports_on_loading(ast.parse(slow))) == {"scipy"}
