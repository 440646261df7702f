"""The base of every part of an environment file."""

from pydantic import BaseModel, ConfigDict


class Section(BaseModel):
    """A part of an environment file: frozen, and a key it does not know is an error."""

    model_config = ConfigDict(frozen=True, extra="forbid", use_attribute_docstrings=True)
