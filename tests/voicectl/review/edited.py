"""Copies of synthesized assemblies with one thing changed, as a commit would have changed it."""

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

Template = dict[str, Any]
Edit = Callable[[Template], None]


def edited(folder: Path, *, into: Path, stack: str, edit: Edit) -> Path:
    """Copy an assembly and change one stack's template.

    Args:
        stack: The end of its name, such as `data`.
        edit: Changes the template it is given.
    """
    shutil.copytree(folder, into, dirs_exist_ok=True)
    [file] = into.glob(f"*-{stack}.template.json")
    template = json.loads(file.read_text())
    edit(template)
    file.write_text(json.dumps(template))
    return into


def only(template: Template, type_: str, *, like: str = "") -> Template:
    """Answer the one resource of a type whose logical id has a part; its properties are below `Properties`."""
    found = [each for id_, each in template["Resources"].items() if each["Type"] == type_ and like in id_]
    assert len(found) == 1, f"{len(found)} resources of {type_} with {like!r}"
    return dict_of(found[0])


def dict_of(entry: Any) -> Template:
    """It is one; the checker cannot know."""
    assert isinstance(entry, dict)
    return entry


def put(type_: str, path: str, value: Any, *, like: str = "") -> Edit:
    """Set one property; None takes it away."""

    def edit(template: Template) -> None:
        *parents, last = path.split(".")
        properties = only(template, type_, like=like)["Properties"]
        for parent in parents:
            properties = properties[parent]
        properties.pop(last, None) if value is None else properties.update({last: value})

    return edit


def rename(type_: str, *, like: str, new: str) -> Edit:
    """Give a resource another logical id, as moving its construct would."""

    def edit(template: Template) -> None:
        [old] = [id_ for id_, each in template["Resources"].items() if each["Type"] == type_ and like in id_]
        template["Resources"][new] = template["Resources"].pop(old)

    return edit


def remove(type_: str, *, like: str) -> Edit:
    """Take a resource away."""

    def edit(template: Template) -> None:
        [old] = [id_ for id_, each in template["Resources"].items() if each["Type"] == type_ and like in id_]
        del template["Resources"][old]

    return edit
