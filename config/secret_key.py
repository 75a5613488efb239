"""The key that signs cookies: given in production, made once per installation otherwise."""

import os
import secrets
from pathlib import Path

from django.core.exceptions import ImproperlyConfigured

MIN_LENGTH = 50
MIN_DIFFERENT_CHARACTERS = 10
HOW_TO_MAKE_ONE = "make one with: python3 -c 'import secrets; print(secrets.token_urlsafe(64))'"


def refuse_weak_key(key: str) -> str:
    """Return the key if it can be trusted with a public site."""
    if not key:
        raise ImproperlyConfigured(f"SECRET_KEY must be set in production: {HOW_TO_MAKE_ONE}")
    if len(key) < MIN_LENGTH or len(set(key)) < MIN_DIFFERENT_CHARACTERS or key.startswith("django-insecure"):
        raise ImproperlyConfigured(
            f"SECRET_KEY is too weak for production, at least {MIN_LENGTH} random characters are needed: "
            f"{HOW_TO_MAKE_ONE}"
        )
    return key


def installation_key(var_dir: Path) -> str:
    """Return this installation's own key, made on first use and readable by its owner only."""
    path = var_dir / "secret_key"
    try:
        if not path.exists():
            var_dir.mkdir(parents=True, exist_ok=True)
            write_once(path, secrets.token_urlsafe(64))
        return path.read_text().strip()
    except OSError as error:
        raise ImproperlyConfigured(
            f"The site keeps its secret key in {path}, which this user cannot use ({error.strerror}): "
            "allow this user to write there, or set VAR_DIR to another folder."
        ) from error


def write_once(path: Path, text: str) -> None:
    """Write the file whole; when two processes do so at once, both keep the first one's text."""
    draft = path.with_name(f"{path.name}.{os.getpid()}")
    draft.write_text(text)
    draft.chmod(0o600)
    try:
        path.hardlink_to(draft)
    except FileExistsError:
        return
    finally:
        draft.unlink()
