"""`python -m runtime.kit.probe URL`: succeed when the URL answers 2xx. Our images have no curl."""

import sys
import urllib.error
import urllib.request

SECONDS = 3


def main(url: str) -> int:
    """Answer the exit code: 0 when it is well, 1 with a line that says why not."""
    try:
        with urllib.request.urlopen(url, timeout=SECONDS):
            return 0
    except (OSError, ValueError) as unwell:
        sys.stderr.write(f"{url}: {unwell}\n")
        return 1


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:2]))
