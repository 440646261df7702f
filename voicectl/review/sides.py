"""What is reviewed, and what it is compared with: an environment, a folder of templates, or a commit."""

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from config.errors import EnvironmentNotFound
from config.load import load
from config.toml_file import ENVIRONMENTS, find
from voicectl.review.errors import SideUnknown
from voicectl.review.synthesis import Synthesis, commit_named, copy_of, start, stopping
from voicectl.review.templates import Assembly, read_assembly

SHORT_COMMIT = 9


@dataclass(frozen=True)
class Side:
    """Templates, and what people call them.

    Attributes:
        name: `prod`, `cdk.out`, or `prod at main (1a2b3c4d5)`.
    """

    name: str
    assembly: Assembly


@dataclass(frozen=True)
class Sides:
    """Both sides of a comparison; the other may be absent."""

    this: Side
    other: Side | None


@contextmanager
def sides(*, folder: Path | None, environment: str | None, against: str | None) -> Iterator[Sides]:
    """Answer both sides, synthesized side by side where they must be; their files live as long as the block.

    Args:
        folder: What `cdk synth` wrote; nothing is synthesized for this side then.
        environment: A name in `config/environments/`, or a path to a file.
        against: A folder, an environment, or a Git reference, looked for in this order.

    Raises:
        ReviewRefused: One of them cannot be had; a subclass says why.
        ConfigError: An environment's file is at fault.
    """
    with tempfile.TemporaryDirectory(prefix="voiceplane-review-") as temporary:
        room = Path(temporary)
        this = _this(folder, environment, room)
        other = _other(against, of=environment or _environment_of(this), room=room) if against else None
        running = [each[1] for each in (this, other) if each and isinstance(each[1], Synthesis)]
        with stopping(*running):
            yield Sides(_side(this), _side(other) if other else None)


def synthesized(environment: str) -> Assembly:
    """Synthesize an environment for one look at it; its files are gone afterwards. Errors as in `sides`."""
    with sides(folder=None, environment=environment, against=None) as both:
        return both.this.assembly


Begun = tuple[str, Synthesis | Assembly]


def _this(folder: Path | None, environment: str | None, room: Path) -> Begun:
    if environment is None:
        place = folder or Path("cdk.out")
        return str(place), read_assembly(place)
    return environment, start(_file(environment), out=room / "this", what=environment)


def _other(against: str, *, of: str, room: Path) -> Begun:
    """Begin the other side.

    Args:
        of: The environment under review, which a commit is asked for.
    """
    if (Path(against) / "manifest.json").is_file():
        return against, read_assembly(Path(against))
    try:
        return against, start(_file(against), out=room / "other", what=against)
    except EnvironmentNotFound:
        commit = commit_named(against)
    if commit is None:
        names = ", ".join(sorted(file.stem for file in ENVIRONMENTS.glob("*.toml")))
        raise SideUnknown(
            f"{against}: no environment ({names}), no folder of templates and no commit of this clone; "
            "name one of them, or fetch the commit"
        )
    name = f"{of} at {against} ({commit[:SHORT_COMMIT]})"
    copy = copy_of(commit, folder=room / "copy")
    # A path outside config/environments/ means the file as it is today: the commit has none of its own.
    return name, start(str(Path(of).resolve()) if _is_path(of) else of, out=room / "other", what=name, root=copy)


def _side(begun: Begun) -> Side:
    name, made = begun
    return Side(name, made.assembly() if isinstance(made, Synthesis) else made)


def _file(environment: str) -> str:
    """The environment as `app.py` can find it from its own folder; its mistakes are told at once.

    Raises:
        ConfigError: It is missing, or faulty.
    """
    path = find(environment)
    load(environment)
    return str(path.resolve()) if _is_path(environment) else environment


def _is_path(environment: str) -> bool:
    return environment.endswith(".toml")


def _environment_of(begun: Begun) -> str:
    made = begun[1]
    return made.environment if isinstance(made, Assembly) else begun[0]
