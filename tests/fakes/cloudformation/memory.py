"""What moto's API takes and then forgets, kept on moto's own models so that a describe call shows it."""

import inspect
from typing import Any

from botocore import xform_name

from tests.fakes.cloudformation.kind import Resource

_MISSING = object()


def remember(model: Any, resource: Resource, *, operation: str) -> None:
    """Give the model every parameter it has no attribute for; moto's serializer finds attributes by that name.

    Args:
        model: moto's object behind the resource.
        resource: Just made.
        operation: The call that made it.
    """
    for name, value in resource.coerced(operation, **resource.params).items():
        attribute = xform_name(name)
        # Not hasattr: some of moto's properties raise when they are read.
        if inspect.getattr_static(model, attribute, _MISSING) is _MISSING:
            setattr(model, attribute, value)
