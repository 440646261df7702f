"""The go-live list: what can be seen is looked at, what only people know is signed, and everything can fail."""

import json
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from typer.testing import CliRunner

from tests.synthesis import Synthesis
from tests.voicectl.golive.edited import NOW, TEMPLATES_ONLY, place_of
from voicectl.alarms.definition import alarms_of
from voicectl.command_line import app
from voicectl.drill.rehearsals import Rehearsal, Restored, remember, remember_restored
from voicectl.golive.answer import Answer, Place, Verdict
from voicectl.golive.errors import RecordUnreadable, SignaturesUnreadable
from voicectl.golive.gate import answers
from voicectl.golive.items import ITEMS

SEEDS = {f"S{number}" for number in range(153, 166)}  # S166 is what the load test found, not an item
LOOKED_AT = [item.name for item in ITEMS if item.look]
SIGNED = [item.name for item in ITEMS if not item.look]
REHEARSED = ("alarms-tested", "restore-tested")


def by_item(place: Place, *, file: Path) -> dict[str, Answer]:
    """The list, answered."""
    return {answer.item: answer for answer in answers(place, file=file)}


@pytest.mark.usefixtures("account")
def test_productions_templates_pass_what_templates_can_show(prod: Synthesis, tmp_path: Path) -> None:
    """The rest waits for people and an account, and says for whom."""
    found = by_item(place_of(prod), file=tmp_path / "none.toml")

    assert {name: found[name].verdict for name in TEMPLATES_ONLY} == dict.fromkeys(TEMPLATES_ONLY, Verdict.PASS)
    assert {found[name].verdict for name in SIGNED} == {Verdict.NEEDS_HUMAN}
    assert all("sign in" in found[name].todo for name in LOOKED_AT if name not in (*TEMPLATES_ONLY, *REHEARSED))
    assert {found[name].verdict for name in REHEARSED} == {Verdict.FAIL}
    assert all(answer.todo for answer in found.values() if answer.verdict is not Verdict.PASS)


def test_every_item_of_the_seeds_list_is_there() -> None:
    """A list that leaves something out lets it through."""
    assert {item.seed for item in ITEMS} == SEEDS
    assert len({item.name for item in ITEMS}) == len(ITEMS)


@pytest.mark.usefixtures("account")
def test_alarms_are_tested_when_each_that_tells_was_rehearsed(prod: Synthesis, tmp_path: Path) -> None:
    """One that was forgotten is the one that will be needed; one that tells nobody can reach nobody."""
    file, telling = tmp_path / "prod.toml", [each for each in alarms_of(prod.assembly) if each.tells]
    remember(file, *(rehearsal(each.name, on=NOW - timedelta(days=100)) for each in telling[1:]))
    one_missing = by_item(place_of(prod, drills=file), file=tmp_path / "none.toml")["alarms-tested"]

    remember(file, rehearsal(telling[0].name, on=NOW - timedelta(days=181)))
    one_old = by_item(place_of(prod, drills=file), file=tmp_path / "none.toml")["alarms-tested"]

    remember(file, rehearsal(telling[0].name, on=NOW - timedelta(days=1)))
    all_fresh = by_item(place_of(prod, drills=file), file=tmp_path / "none.toml")["alarms-tested"]

    assert [one_missing.verdict, one_old.verdict, all_fresh.verdict] == [Verdict.FAIL, Verdict.FAIL, Verdict.PASS]
    assert f"1 of {len(telling)} alarms" in one_missing.found
    assert telling[0].name in one_missing.found
    assert one_missing.todo == "voicectl drill all --env prod"
    assert all_fresh.found == f"{len(telling)} alarms were rehearsed since 2026-08-13"


@pytest.mark.usefixtures("account")
@pytest.mark.parametrize(("days", "verdict"), [(1, Verdict.PASS), (181, Verdict.FAIL)], ids=["fresh", "old"])
def test_a_restore_is_tested_when_one_was_compared_lately(
    days: int, verdict: Verdict, prod: Synthesis, tmp_path: Path
) -> None:
    """A backup that nobody ever restored is a hope."""
    file = tmp_path / "prod.toml"
    on = NOW - timedelta(days=days)
    remember_restored(file, Restored(on=on, by="Ada Example", source="rds:one", tables=20, rows=12345, seconds=9.5))

    found = by_item(place_of(prod, drills=file), file=tmp_path / "none.toml")["restore-tested"]

    assert found.verdict is verdict
    assert "rds:one, 12,345 rows of 20 tables" in found.found


@pytest.mark.usefixtures("account")
def test_a_mistake_in_the_record_of_drills_is_named(prod: Synthesis, tmp_path: Path) -> None:
    """A gate that cannot read its evidence is shut."""
    file = tmp_path / "prod.toml"
    file.write_text('[[rehearsed]]\nalarm = "voiceplane-prod-QueueDepth"\n')

    with pytest.raises(RecordUnreadable, match=r"prod\.toml, line 1: rehearsed\.0\.on"):
        by_item(place_of(prod, drills=file), file=tmp_path / "none.toml")


@pytest.mark.usefixtures("account")
@pytest.mark.parametrize(
    ("on", "verdict"),
    [("2026-11-20", Verdict.PASS), ("2026-05-01", Verdict.NEEDS_HUMAN), ("2026-12-24", Verdict.NEEDS_HUMAN)],
    ids=["fresh", "old", "of the future"],
)
def test_a_signature_is_good_for_half_a_year(on: str, verdict: Verdict, prod: Synthesis, tmp_path: Path) -> None:
    """What was true of last year's network is not evidence."""
    file = tmp_path / "prod.toml"
    file.write_text(signature(on=on))

    found = by_item(place_of(prod), file=file)["on-call"]

    assert found.verdict is verdict
    assert f"Ada Example, {on}: https://wiki.example.com/on-call" in found.found


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("[[signed", "prod.toml"),
        ('[[signed]]\nitem = "on-call"\nby = "A"\non = 2026-11-20\nevidence = "here"', "signed.0.by"),
        ('[[signed]]\nitem = "on-call"\nby = "Ada"\non = "yesterday"\nevidence = "here"', "signed.0.on"),
        ('[[signed]]\nitem = "on-cal"\nby = "Ada"\non = 2026-11-20\nevidence = "here"', "there is no item 'on-cal'"),
        ('[[signed]]\nitem = "tls"\nby = "Ada"\non = 2026-11-20\nevidence = "here"', "there is no item 'tls'"),
    ],
    ids=["no TOML", "no name", "no date", "misspelt", "what is looked at cannot be signed"],
)
def test_a_mistake_in_the_file_is_named(text: str, said: str, prod: Synthesis, tmp_path: Path) -> None:
    """A signature that counts for nothing must not look like one."""
    file = tmp_path / "prod.toml"
    file.write_text(text)

    with pytest.raises(SignaturesUnreadable, match=said):
        answers(place_of(prod), file=file)


@pytest.mark.usefixtures("account")
def test_the_command_answers_in_json_and_holds_the_gate() -> None:
    """A pipeline stops at its exit code."""
    said = CliRunner().invoke(app, ["golive", "--env", "prod", "--json"])

    listed = json.loads(said.stdout)
    assert said.exit_code == 1
    assert [each["item"] for each in listed] == [item.name for item in ITEMS]
    assert listed[0].keys() == {"item", "asks", "seed", "verdict", "found", "todo"}


def test_an_environment_that_is_not_there_is_said() -> None:
    """With those that are."""
    said = CliRunner().invoke(app, ["golive", "--env", "prood"])

    assert said.exit_code == 2
    assert "prod" in said.output
    assert "Traceback" not in said.output


def rehearsal(alarm: str, *, on: datetime) -> Rehearsal:
    """Somebody was told."""
    return Rehearsal(alarm=alarm, on=on, by="Ada Example", how="set", noticed_seconds=3, result="1 told")


def signature(*, on: str) -> str:
    """Somebody is on call."""
    entry = {"item": '"on-call"', "by": '"Ada Example"', "on": on, "evidence": '"https://wiki.example.com/on-call"'}
    return "[[signed]]\n" + "\n".join(f"{key} = {value}" for key, value in entry.items())
