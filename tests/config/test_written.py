"""Editors and people see the keys that the code has."""

import json

import pytest

from config.keys import catalogue
from config.toml_file import REPOSITORY
from config.write_schema import written


@pytest.mark.parametrize("name", ["config/schema.json", "docs/configuration.md"])
def test_what_is_written_from_the_schema_is_up_to_date(name: str) -> None:
    """Run `python -m config.write_schema` when this fails."""
    on_disk = (REPOSITORY / name).read_text(encoding="utf-8")

    assert on_disk == written()[name]


def test_every_key_says_what_it_means() -> None:
    """An editor shows it on hover, the manual in its table."""
    silent = [key.dotted for key in catalogue().values() if not key.meaning and key.name not in ("[]", "*")]

    assert silent == []


def test_an_editor_requires_only_what_has_no_default() -> None:
    """A file that sets one bound of a tier is right."""
    schema = json.loads(written()["config/schema.json"])

    assert schema["required"] == ["region", "domain", "operations", "delivery"]
    assert "required" not in schema["$defs"]["Tasks"]
    assert schema["$defs"]["Bounds"]["required"] == ["min", "max"]


def test_the_manual_names_every_key() -> None:
    """What is not in the manual does not exist for its reader."""
    text = written()["docs/configuration.md"]
    keys = [key for key in catalogue().values() if not key.is_table and key.name not in ("[]", "*")]

    assert [key.dotted for key in keys if f"| `{key.name}` |" not in text] == []
    assert text.count("\n| `") == len(keys)
