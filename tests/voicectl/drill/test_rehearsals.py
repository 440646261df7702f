"""The record of drills: what is written is read again, what people wrote above it stays, and a mistake has a line."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from voicectl.drill.errors import RehearsalsUnreadable
from voicectl.drill.rehearsals import (
    Rehearsal,
    Restored,
    read,
    record_of,
    remember,
    remember_restored,
)

NOW = datetime(2026, 11, 21, 12, 30, 15, tzinfo=UTC)
words = st.text(st.characters(exclude_categories=["Cs"]), min_size=2, max_size=60)
moments = st.datetimes(timezones=st.just(UTC))
durations = st.floats(min_value=0, max_value=1e9)
rehearsals = st.builds(
    Rehearsal,
    alarm=words,
    on=moments,
    by=words,
    how=st.sampled_from(["set", "caused"]),
    noticed_seconds=durations,
    over_seconds=st.none() | durations,
    result=words,
)
restores = st.builds(
    Restored,
    on=moments,
    by=words,
    source=words,
    tables=st.integers(1, 500),
    rows=st.integers(0, 10**15),
    seconds=durations,
)


def rehearsal(alarm: str = "voiceplane-prod-QueueDepth", *, on: datetime = NOW, result: str = "1 told") -> Rehearsal:
    """Somebody was told after three seconds."""
    return Rehearsal(alarm=alarm, on=on, by="Ada Example", how="set", noticed_seconds=3.2, result=result)


@given(several=st.lists(rehearsals, unique_by=lambda each: each.alarm, max_size=5), restored=restores)
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=150, deadline=None)
def test_whatever_is_remembered_is_read_again(several: list[Rehearsal], restored: Restored, tmp_path: Path) -> None:
    """Also quotes, backslashes, line ends and what no keyboard has."""
    file = tmp_path / "prod.toml"
    file.unlink(missing_ok=True)

    remember(file, *several)
    remember_restored(file, restored)

    assert read(file).by_alarm == {each.alarm: each for each in several}
    assert read(file).last_restored == restored


def test_the_file_reads_like_one_that_a_person_wrote(tmp_path: Path) -> None:
    """It is reviewed: sorted by alarm, so that a drill changes only its own lines."""
    file = tmp_path / "prod.toml"

    remember(file, rehearsal("voiceplane-prod-B"), rehearsal("voiceplane-prod-A"))

    assert file.read_text().startswith("# What was rehearsed, and when")
    assert (
        file.read_text()
        .partition("180 days.\n")[2]
        .startswith(
            "\n[[rehearsed]]\n"
            'alarm = "voiceplane-prod-A"\n'
            "on = 2026-11-21T12:30:15Z\n"
            'by = "Ada Example"\n'
            'how = "set"\n'
            "noticed_seconds = 3.2\n"
            'result = "1 told"\n'
            '\n[[rehearsed]]\nalarm = "voiceplane-prod-B"\n'
        )
    )
    assert [each.name for each in tmp_path.iterdir()] == ["prod.toml"]


def test_a_later_drill_takes_the_place_of_the_earlier_one(tmp_path: Path) -> None:
    """What is before that is in git."""
    file = tmp_path / "prod.toml"
    remember(file, rehearsal(result="first"), rehearsal("voiceplane-prod-Other"))

    remember(file, rehearsal(on=NOW + timedelta(days=1), result="second"))

    assert [(each.alarm, each.result) for each in read(file).rehearsed] == [
        ("voiceplane-prod-Other", "1 told"),
        ("voiceplane-prod-QueueDepth", "second"),
    ]


def test_what_people_wrote_above_stays(tmp_path: Path) -> None:
    """A remark about this year's drill is not a program's to delete."""
    file = tmp_path / "prod.toml"
    file.write_text("# Next time with the night shift.\n")

    remember(file, rehearsal())
    remember(file, rehearsal())

    assert file.read_text().startswith("# Next time with the night shift.\n\n[[rehearsed]]\n")


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ('# a\n\n[[rehearsed]]\nalarm = "voice', "line 4"),
        ('[[rehearsed]]\nalarm = "A1"\n', r"line 1: rehearsed\.0\.on"),
        ("[[restored]]\non = 2026-11-21T12:00:00Z\nby = 5\n", r"line 3: restored\.0\.by"),
        ("\n\n[[drilled]]\n", "line 3: drilled"),
        ("[[restored]]\non = 2026-11-21T12:00:00\n", r"line 2: restored\.0\.on"),
    ],
    ids=["no TOML", "a field is missing", "a wrong value", "an unknown table", "no time zone"],
)
def test_a_mistake_is_named_with_its_line_and_stays(text: str, said: str, tmp_path: Path) -> None:
    """A merge gone wrong must not lose a year of drills."""
    file = tmp_path / "prod.toml"
    file.write_text(text)

    with pytest.raises(RehearsalsUnreadable, match=said):
        remember(file, rehearsal())

    assert file.read_text() == text


def test_a_mistake_in_a_later_entry_has_that_entrys_line(tmp_path: Path) -> None:
    """Of 130 entries somebody must find it."""
    file = tmp_path / "prod.toml"
    remember(file, rehearsal("voiceplane-prod-A"), rehearsal("voiceplane-prod-B"))
    before, entry = file.read_text().rsplit("noticed_seconds = 3.2", 1)
    file.write_text(f"{before}noticed_seconds = -1{entry}")

    with pytest.raises(RehearsalsUnreadable, match=rf"line {before.count(chr(10)) + 1}: rehearsed\.1\.noticed_seconds"):
        read(file)


def test_of_two_entries_of_one_alarm_the_later_counts(tmp_path: Path) -> None:
    """Two branches have met."""
    file = tmp_path / "prod.toml"
    remember(file, rehearsal(on=NOW, result="newer"))
    older = file.read_text().replace("2026-11-21", "2026-10-01").replace("newer", "older").partition("180 days.\n")[2]
    file.write_text(file.read_text() + older)

    assert read(file).by_alarm["voiceplane-prod-QueueDepth"].result == "newer"


def test_a_laptops_record_is_in_its_state_folder(tmp_path: Path) -> None:
    """It is nobody else's."""
    assert record_of("local", folder=tmp_path) == tmp_path / "drills.toml"
    assert record_of("prod").parts[-3:] == ("config", "drills", "prod.toml")
    assert read(record_of("local", folder=tmp_path)).rehearsed == ()
