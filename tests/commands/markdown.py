"""What a Markdown file holds beside its sentences: blocks, commands, links and headings."""

import re
from collections.abc import Iterator
from typing import Final

SHELLS: Final = ("sh", "bash", "console")
FENCED: Final = re.compile(r"^ *```(?P<language>\w*)\n(?P<text>.*?)^ *```$", re.MULTILINE | re.DOTALL)
LINK: Final = re.compile(r"\]\((?P<target>[^)\s]+)\)")
INLINE: Final = re.compile(r"`(?P<code>[^`\n]+)`")
HEADING: Final = re.compile(r"^#+ +(?P<words>.+?) *$", re.MULTILINE)


def blocks(text: str, *languages: str) -> list[str]:
    """Answer the fenced blocks of these languages."""
    return [match["text"] for match in FENCED.finditer(text) if match["language"] in languages]


def commands(text: str) -> list[str]:
    """Answer what a reader copies to a shell, one line each, without prompts and comments."""
    lines = (line for block in blocks(text, *SHELLS) for line in block.splitlines())
    bare = (re.sub(r"\s+# .*", "", line).strip().removeprefix("$ ") for line in lines)
    return [line for line in bare if line]


def commands_in_sentences(text: str, *programs: str) -> list[str]:
    """Answer the inline code that calls one of these programs."""
    codes = (match["code"] for match in INLINE.finditer(prose(text)))
    return [code for code in codes if code.partition(" ")[0] in programs and " " in code]


def links(text: str) -> Iterator[str]:
    """Yield the targets of links that lead to a file of this repository, or into one."""
    for match in LINK.finditer(INLINE.sub("", prose(text))):
        if not re.match(r"\w+:", match["target"]):
            yield match["target"]


def anchors(text: str) -> set[str]:
    """Answer the names that GitHub gives to headings."""
    words = (match["words"].lower().replace("`", "") for match in HEADING.finditer(prose(text)))
    return {re.sub(r"[^\w\- ]", "", each).replace(" ", "-") for each in words}


def prose(text: str) -> str:
    """Answer the text without its fenced blocks."""
    return FENCED.sub("", text)
