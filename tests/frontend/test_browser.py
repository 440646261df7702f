"""A browser that is missing is never overlooked where it counts."""

import pytest

from tests.frontend.browser import chromium


def test_ci_without_chromium_fails() -> None:
    """Skipped tests look like passed ones to whoever merges."""
    with pytest.raises(pytest.fail.Exception, match="CI must install it"):
        chromium({"CI": "true", "PATH": "/nonexistent"})


def test_a_laptop_without_chromium_skips() -> None:
    """Nobody needs a browser to work on the stacks."""
    with pytest.raises(pytest.skip.Exception, match="apt-get install chromium"):
        chromium({"PATH": "/nonexistent"})
