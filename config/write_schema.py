"""Write what follows from the schema: `config/schema.json` for editors and `docs/configuration.md` for people.

Run `python -m config.write_schema` after a change of `config/sections/`; a test fails until then.
"""

import json
from typing import Final

from config.editor_schema import editor_schema
from config.manual import manual
from config.toml_file import REPOSITORY

SCHEMA: Final = REPOSITORY / "config" / "schema.json"
MANUAL: Final = REPOSITORY / "docs" / "configuration.md"


def written() -> dict[str, str]:
    """Answer the text of both files, by path from the repository's root."""
    texts = {SCHEMA: json.dumps(editor_schema(), indent=2, ensure_ascii=False) + "\n", MANUAL: manual()}
    return {str(path.relative_to(REPOSITORY)): text for path, text in texts.items()}


if __name__ == "__main__":
    for name, text in written().items():
        (REPOSITORY / name).write_text(text, encoding="utf-8")
