"""Which version of the platform made a frozen thing."""

import tomllib
from importlib import metadata
from pathlib import Path

DISTRIBUTION = "collective-constitution"


def read_version() -> str:
    """Read the version from the project file beside the code, or from the installed distribution."""
    project_file = Path(__file__).resolve().parent.parent / "pyproject.toml"
    if project_file.is_file():
        return str(tomllib.loads(project_file.read_text(encoding="utf-8"))["project"]["version"])
    return metadata.version(DISTRIBUTION)


CODE_VERSION = read_version()
