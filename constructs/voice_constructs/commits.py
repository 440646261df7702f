"""Which commit last changed what goes into an image?"""

import subprocess
from functools import cache
from pathlib import Path
from typing import Final

from config.errors import ConfigError
from contract.images import Image

ROOT: Final = Path(__file__).parents[2]


@cache
def commit_of(image: Image, *, clone: Path = ROOT) -> str:
    """The commit that last changed what goes into an image: other commits do not roll its services.

    Args:
        clone: The copy of the repository that is asked; what is not committed there does not count.

    Raises:
        ConfigError: This copy is no git clone, and the environment file names no tag.
    """
    # rev-list, not log: what a developer has set for log must not show in a tag.
    commit = _git("rev-list", "--max-count=1", "HEAD", "--", *image.pathspec, clone=clone)
    commit = commit or _git("rev-parse", "HEAD", clone=clone)
    if not commit:
        raise ConfigError(
            f"delivery.image_tags.{image.name} is not set; it defaults to sha- and the commit, "
            "but git shows no commit of this copy; clone it with git, or set it to a tag that is in ECR"
        )
    return commit


def _git(*arguments: str, clone: Path) -> str:
    try:
        answer = subprocess.run(["git", *arguments], cwd=clone, capture_output=True, text=True, check=False, timeout=30)
    except (FileNotFoundError, subprocess.TimeoutExpired):
        return ""
    return answer.stdout.strip() if answer.returncode == 0 else ""
