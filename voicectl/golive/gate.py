"""Goes through the list."""

from pathlib import Path
from typing import Final

from voicectl.golive.answer import Answer, Place, Verdict
from voicectl.golive.items import ITEMS, Item
from voicectl.golive.signatures import GOOD_FOR, Signature, signatures_of

FOLDER: Final = Path("config", "golive")


def answers(place: Place, *, file: Path) -> list[Answer]:
    """Answer every item.

    Args:
        file: Of the signatures.

    Raises:
        SignaturesUnreadable: It has a mistake.
        RecordUnreadable: The record of drills has one.
    """
    signed = signatures_of(file, items=[item.name for item in ITEMS if item.look is None])
    return [_answer(item, place, signed.get(item.name), file=file) for item in ITEMS]


def _answer(item: Item, place: Place, signature: Signature | None, *, file: Path) -> Answer:
    about = (item.name, item.asks, item.seed)
    if item.look is not None:
        found = item.look(place)
        return Answer(*about, Verdict.PASS if found.good else Verdict.FAIL, found.said, found.todo)
    todo = f"{item.signer}; put it into {file}"
    if signature is None:
        return Answer(*about, Verdict.NEEDS_HUMAN, "nobody has signed", todo)
    said = f"{signature.by}, {signature.on}: {signature.evidence}"
    if not signature.is_good(place.now.date()):
        late = f"a signature is good from its day on for {GOOD_FOR.days} days"
        return Answer(*about, Verdict.NEEDS_HUMAN, f"{said} – {late}", todo)
    return Answer(*about, Verdict.PASS, said)
