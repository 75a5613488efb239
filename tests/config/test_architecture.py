"""Imports go one way: opinion <- voting <- analysis <- constitution <- training <- evaluation."""

import ast
from collections.abc import Iterable, Iterator
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
LOADED_AT_START = {
    "opinion",
    "admin",
    "apps",
    "forms",
    "jobs",
    "models",
    "services",
    "settings",
    "urls",
    "views",
    "wsgi",
}
NOT_FOR_PURE_CODE = {"django", "config", "procrastinate", "psycopg", *LEFT_TO_RIGHT[1:]}


def modules_of(package: str) -> list[Path]:
    return sorted(path for path in (ROOT / package).rglob("*.py") if "migrations" not in path.parts)


def imports_in(node: ast.AST) -> Iterator[str]:
    """The modules that this piece of code imports; `from a import b` may mean a module a.b."""
    for part in ast.walk(node):
        if isinstance(part, ast.Import):
            yield from (alias.name for alias in part.names)
        elif isinstance(part, ast.ImportFrom) and part.module and part.level == 0:
            yield part.module
            yield from (f"{part.module}.{alias.name}" for alias in part.names)


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


def packages(modules: Iterable[str]) -> set[str]:
    return {module.partition(".")[0] for module in modules}


def wrong_arrows(package: str, source: str) -> set[str]:
    """Apps to the right of this package, or config, that its code imports, wherever the import stands."""
    allowed = set(LEFT_TO_RIGHT[: LEFT_TO_RIGHT.index(package) + 1])
    found = packages(imports_in(ast.parse(source)))
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
        found = packages(imports_in(ast.parse(path.read_text()))) & NOT_FOR_PURE_CODE
        assert not found, f"{path.relative_to(ROOT)} imports {found}"


def our_modules() -> dict[str, Path]:
    """Every module of the project by its dotted name; a package by its own."""
    paths = [path for package in (*LEFT_TO_RIGHT, "config") for path in modules_of(package)]
    return {dotted_name(path): path for path in paths}


def dotted_name(path: Path) -> str:
    parts = path.relative_to(ROOT).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def is_loaded_at_start(name: str) -> bool:
    """Whether every process, worker or command loads this module before it has anything to do."""
    return name.rpartition(".")[2] in LOADED_AT_START or ".management.commands." in name


def slow_imports(start: str, modules: dict[str, Path]) -> dict[str, str]:
    """Slow libraries that loading a module brings along, each with the module of ours that imports it."""
    found, waiting, seen = {}, [start], {start}
    while waiting:
        name = waiting.pop()
        for imported in set(imports_on_loading(ast.parse(modules[name].read_text()))):
            if imported.partition(".")[0] in SLOW_TO_IMPORT:
                found[imported.partition(".")[0]] = name
            elif imported in modules and imported not in seen:
                seen.add(imported)
                waiting.append(imported)
    return found


def test_slow_libraries_wait_until_they_are_needed():
    modules = our_modules()
    slow = {name: slow_imports(name, modules) for name in modules if is_loaded_at_start(name)}
    assert {name: found for name, found in slow.items() if found} == {}


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
    assert packages(imports_on_loading(ast.parse(slow))) == {"scipy"}
