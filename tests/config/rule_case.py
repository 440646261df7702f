"""How a test says what breaks a rule, and what only just keeps it."""

from dataclasses import dataclass

from config.rules.every import Rule


@dataclass(frozen=True)
class RuleCase:
    """One way to break a rule.

    Attributes:
        broken: Lines of TOML that break it.
        key: The key that its fault names first.
        kept: Lines of TOML that just keep it.
        without: A key of the least file that both leave out.
    """

    rule: Rule
    broken: str
    key: str
    kept: str = ""
    without: str = ""


def window(
    name: str = "peak", starts: str = "09:00", ends: str = "17:00", tasks: str = "agent = { min = 4, max = 8 }"
) -> str:
    """Write one window as an inline table."""
    return f'{{ name = "{name}", starts = "{starts}", ends = "{ends}", tasks = {{ {tasks} }} }}'


def weekday(*windows: str) -> str:
    """Write the windows of a weekday."""
    return f"schedule.weekday = [{', '.join(windows)}]"


def weekend(*windows: str) -> str:
    """Write the windows of a weekend."""
    return f"schedule.weekend = [{', '.join(windows)}]"
