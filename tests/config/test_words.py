"""Messages quote keys and values so that they can be found and copied."""

import pytest

from config.words import listed, nearest, show_key, show_value


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        (True, "true"),
        (45, "45"),
        ("café", '"café"'),
        ("line\nbreak", '"line\\nbreak"'),
        ({"a": 1}, "a table"),
        (["a", 1], '["a", 1]'),
        ([{}], "an array of 1"),
        (None, "not set"),
    ],
)
def test_a_value_is_shown_as_toml_writes_it(value: object, shown: str) -> None:
    """Whoever searches the file for it finds it, on one line."""
    assert show_value(value) == shown


def test_a_long_value_is_cut() -> None:
    """A pasted certificate must not hide the remedy."""
    assert len(show_value("x" * 1000)) == 60


def test_a_window_is_called_by_its_name() -> None:
    """Nobody counts windows from nought."""
    table = {"schedule": {"weekday": [{"name": "peak", "starts": "09:00"}]}, "regions": [{"name": "eu-west-1"}]}

    assert show_key(("schedule", "weekday", 0, "ends"), table=table) == 'schedule.weekday["peak"].ends'
    assert show_key(("regions", 0, "cidr"), table=table) == "regions[0].cidr"
    assert show_key(("tags", "my key"), table=table) == 'tags."my key"'


def test_windows_of_one_name_are_told_apart_by_number() -> None:
    """A name that two windows have names neither."""
    twice = {"weekday": [{"name": "peak", "starts": "09:00"}, {"name": "peak", "starts": "12:00"}]}

    assert show_key(("weekday", 1, "name"), table=twice) == "weekday[1].name"


def test_letters_that_changed_places_are_the_nearest() -> None:
    """`esat` is a slip of east, not of west."""
    assert nearest("us-esat-1", ["us-west-1", "us-east-1", "us-east-2"]) == "us-east-1"
    assert nearest("Celery-Data", ["celery-data"]) == "celery-data"
    assert nearest("zzz", ["api"]) is None


def test_words_are_listed_in_prose() -> None:
    """One, two and three of them."""
    assert [listed("a"), listed("ab"), listed("abc", last="or"), listed([])] == ["a", "a and b", "a, b or c", "none"]
