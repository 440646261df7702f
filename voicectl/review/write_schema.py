"""`python -m voicectl.review.write_schema`: docs/review.schema.json from the page's models."""

import json
from pathlib import Path
from typing import Final

from voicectl.review.page import Review

SCHEMA: Final = Path(__file__).parents[2] / "docs" / "review.schema.json"


def schema_text() -> str:
    """The schema as it is published."""
    schema = {"$schema": "https://json-schema.org/draft/2020-12/schema", **Review.model_json_schema()}
    return json.dumps(schema, indent=2, ensure_ascii=False) + "\n"


if __name__ == "__main__":
    SCHEMA.write_text(schema_text())
