"""A process may talk for weeks: the disk does not fill, the last words are there, and they can be read."""

import stat
from pathlib import Path

from voicectl.up.log_file import LogFile


def test_it_never_grows_beyond_twice_its_limit(tmp_path: Path) -> None:
    """A laptop's disk is full sooner than one thinks."""
    log = LogFile(tmp_path / "api.log", most_bytes=1000)

    for number in range(1000):
        log.write(f"line {number}\n".encode())
    log.close()

    assert sum(path.stat().st_size for path in tmp_path.iterdir()) <= 2000
    assert sorted(path.name for path in tmp_path.iterdir()) == ["api.log", "api.log.1"]
    assert (tmp_path / "api.log").read_text().endswith("line 999\n")


def test_the_last_line_is_what_a_person_would_say(tmp_path: Path) -> None:
    """Our processes log JSON, others do not, and some use colours."""
    log = LogFile(tmp_path / "api.log")
    said = []

    for line in (
        b'{"event": "listening", "level": "info"}\n',
        b'{"event": "no answer", "level": "warning"}\n',
        b"\x1b[32mready\x1b[0m to accept\n",
        b"{not json\n",
        b'["list"]\n',
    ):
        log.write(line)
        said.append(log.last_line)
    log.close()

    assert said == ["listening", "warning: no answer", "ready to accept", "{not json", '["list"]']


def test_half_a_line_is_not_shown_before_it_is_whole(tmp_path: Path) -> None:
    """Pipes cut where they like."""
    log = LogFile(tmp_path / "api.log")

    log.write(b"first\nsec")
    assert log.last_line == "first"
    log.write(b"ond\n")
    log.close()

    assert log.last_line == "second"


def test_notes_of_ours_are_in_the_log_and_not_taken_for_words_of_the_process(tmp_path: Path) -> None:
    """`--- ended with SIGKILL` explains the gap between two lives."""
    log = LogFile(tmp_path / "api.log")

    log.write(b"goodbye\n")
    log.note("ended with SIGKILL")
    log.close()

    assert log.last_line == "goodbye"
    assert log.path.read_text() == "goodbye\n--- ended with SIGKILL\n"
    assert stat.S_IMODE(log.path.stat().st_mode) == 0o600
