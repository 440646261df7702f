"""`python -m voicectl.alarms.kept FILE`: the laptop's alarms, synthesized when the templates' code has changed."""

import hashlib
import json
import os
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from voicectl.alarms.definition import Alarm, alarms_of
from voicectl.review.errors import ReviewRefused
from voicectl.review.sides import synthesized
from voicectl.review.templates import Assembly, StackTemplate
from voicectl.toolchain import ROOT
from voicectl.up.livekit_server import cached_binary

LAPTOP: Final = ROOT / "voicectl" / "up" / "local.toml"
SOURCES: Final = ("app.py", "config", "constructs", "contract", "stacks", "voicectl/up/local.toml")
TYPES: Final = ("AWS::CloudWatch::Alarm", "AWS::CloudWatch::CompositeAlarm")


def keep(file: Path, *, cache: Path) -> bool:
    """Write the alarms of the laptop's environment, from the cache if those of this code are there.

    Returns:
        Whether they had to be synthesized.

    Raises:
        ReviewRefused: The environment does not synthesize.
    """
    known = cache / f"alarms-{_key()}.json"
    made = not known.exists()
    if made:
        cache.mkdir(parents=True, exist_ok=True)
        _write(known, json.dumps({"Resources": dict(_resources(synthesized(str(LAPTOP))))}))
    _write(file, known.read_text())
    return made


def kept(file: Path) -> list[Alarm]:
    """Read them; none while nothing was kept."""
    if not file.exists():
        return []
    template = json.loads(file.read_text())
    return alarms_of(Assembly((StackTemplate("local", "us-east-1", template),)))


def _resources(assembly: Assembly) -> Iterator[tuple[str, dict[str, object]]]:
    for type_ in TYPES:
        for _, resource in assembly.of_type(type_):
            yield resource.logical_id, {"Type": type_, "Properties": resource.properties}


def _write(file: Path, text: str) -> None:
    """At once: a reader never sees half of it."""
    new = file.with_suffix(".new")
    new.write_text(text)
    new.replace(file)


def _key() -> str:
    """A digest of everything that the templates come from."""
    digest = hashlib.sha256()
    for source in SOURCES:
        place = ROOT / source
        files = sorted(path for path in place.rglob("*") if path.suffix in (".py", ".toml", ".rego", ".json"))
        for file in files or [place]:
            digest.update(str(file.relative_to(ROOT)).encode())
            digest.update(file.read_bytes())
    return digest.hexdigest()


if __name__ == "__main__":
    try:
        made = keep(Path(sys.argv[1]), cache=cached_binary(os.environ).parent)
    except ReviewRefused as refused:
        sys.exit(str(refused))
    sys.stdout.write("synthesized\n" if made else "as they were\n")
