"""The built page, and a server for it: `voicectl up`'s own, on another origin than the API."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from threading import Thread
from typing import Final

import pytest

from voicectl.up.page import page_server

FRONTEND: Final = Path(__file__).parents[2] / "frontend"
SOURCES: Final = ("src", "public", "index.html", "package-lock.json", "vite.config.ts")


def built() -> Path:
    """Find the page as `make page` builds it; an older one would prove nothing."""
    page = FRONTEND / "dist" / "index.html"
    files = [file for name in SOURCES for file in [FRONTEND / name, *(FRONTEND / name).rglob("*")] if file.is_file()]
    newest = max(file.stat().st_mtime for file in files)
    if not page.exists() or page.stat().st_mtime < newest:
        pytest.fail("frontend/dist is missing or older than its source; run `make page`")
    return page.parent


@contextmanager
def serving(folder: Path, *, api_url: str, api_key: str, transports: Sequence[str] = ()) -> Iterator[str]:
    """Serve the page, and answer its origin."""
    server = page_server(folder, 0, api_url=api_url, api_key=api_key, transports=lambda: transports)
    thread = Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
