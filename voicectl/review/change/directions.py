"""When a new value is less safe than the old one: each of these is asked `is_weaker(was, now)`."""

from collections.abc import Callable, Mapping, Set
from typing import Any, Final

from voicectl.review.change.readings import FOREVER

SIZES: Final = ("nano", "micro", "small", "medium", "large", "xlarge")
BURSTABLE: Final = 0.5  # a burstable class of the same size does less, all day long
Reach = tuple[str, float, float]


def lost(was: Any, now: Any) -> bool:
    """It was on."""
    return _is_on(was) and not _is_on(now)


def gained(was: Any, now: Any) -> bool:
    """It is on."""
    return _is_on(now) and not _is_on(was)


def any_lost(was: Mapping[str, Any], now: Mapping[str, Any]) -> bool:
    """One of several that stay was on."""
    return any(name in now and lost(value, now[name]) for name, value in was.items())


def any_gained(was: Mapping[str, Any], now: Mapping[str, Any]) -> bool:
    """One of several is on, a new one too."""
    return any(gained(was.get(name), value) for name, value in now.items())


def _is_on(value: Any) -> bool:
    return value not in (None, False, "false", "DISABLED", "disabled", [], {}, "")


def fewer(was: Any, now: Any) -> bool:
    """A lower number, or none; what only the deployment knows is neither."""
    before, after = _number(was), _number(now or 0)
    return before is not None and after is not None and after < before


def _number(value: Any) -> float | None:
    try:
        return float(value)
    except (TypeError, ValueError):
        return None


def any_fewer(was: Mapping[str, Any], now: Mapping[str, Any]) -> bool:
    """One of several that stay is a lower number."""
    return any(name in now and fewer(value, now[name]) for name, value in was.items())


def more(was: Any, now: Any) -> bool:
    """A higher number."""
    before, after = _number(was), _number(now)
    return before is not None and after is not None and after > before


def no_longer(safe: str) -> Callable[[Any, Any], bool]:
    """It was the one safe value."""
    return lambda was, now: bool(was == safe and now != safe)


def any_no_longer(safe: str) -> Callable[[Mapping[str, Any], Mapping[str, Any]], bool]:
    """One of several that stay was the one safe value."""
    return lambda was, now: any(value == safe and name in now and now[name] != safe for name, value in was.items())


def other(was: Any, now: Any) -> bool:
    """It was said, and is not the same."""
    return was is not None and was != now


def any_other(was: Mapping[str, Any], now: Mapping[str, Any]) -> bool:
    """One of several that stay is not the same."""
    return any(name in now and now[name] != value for name, value in was.items())


def begun(was: Any, now: Any) -> bool:
    """It is said, and was not, or otherwise."""
    return now is not None and was != now


def any_change(was: Any, now: Any) -> bool:
    """Whatever it was."""
    return bool(was != now)


def any_other_than_before(was: Mapping[str, Any], now: Mapping[str, Any]) -> bool:
    """One of several that stay has another value, or one where there was none."""
    return any(name in was and was[name] != value for name, value in now.items())


def some_gone(was: Any, now: Any) -> bool:
    """One of several is not there any more."""
    return bool(set(was) - set(now))


def some_exchanged(was: Set[str], now: Set[str]) -> bool:
    """One of several is not there any more, and others are; none at all is another finding."""
    return bool(now and was - now)


def some_new(was: Set[str], now: Set[str]) -> bool:
    """One of several was not there."""
    return bool(now - was)


def kept_badly(was: Any, now: Any) -> bool:
    """Shorter loses evidence; for ever keeps what callers were promised would go, and costs."""
    return bool(now == FOREVER or now < was)


def later(was: Reach, now: Reach) -> bool:
    """An alarm that goes on later, or at worse values."""
    if was[0] != now[0]:
        return False
    beyond = now[1] < was[1] if was[0].startswith("Less") else now[1] > was[1]
    return beyond or now[2] > was[2]


def smaller(was: str | None, now: str | None) -> bool:
    """A lesser class."""
    return was is not None and now is not None and _steps(now) < _steps(was)


def _steps(name: str) -> float:
    """A class's size in steps, such as 4 of `db.m7g.large`; sizes of two families are taken as alike."""
    family, _, size = name.rpartition(".")
    times = size.removesuffix("xlarge")
    step = SIZES.index(size) if size in SIZES else len(SIZES) - 1 + float(times if times.isdigit() else 1)
    return step - BURSTABLE if family.rpartition(".")[2].startswith("t") else step


def unpinned(was: Mapping[str, Any], now: Mapping[str, Any]) -> bool:
    """One of several images may be another one tomorrow."""
    return any(is_unpinned(image) and not is_unpinned(was.get(name)) for name, image in now.items())


def is_unpinned(image: Any) -> bool:
    """Whether an image has no tag, or one that moves."""
    text = _end(image)
    tag = text.rpartition("/")[2]
    return bool(text) and "@sha256:" not in text and (":" not in tag or tag.endswith(":latest"))


def _end(image: Any) -> str:
    """The image's name, or the end of one that CloudFormation joins."""
    if isinstance(image, dict):
        [parts] = [value[1] for key, value in image.items() if key == "Fn::Join"] or [[]]
        return str(parts[-1]) if parts and isinstance(parts[-1], str) else ""
    return str(image or "")
