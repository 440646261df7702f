"""What weekday and weekend profiles promise, minute by minute on the wall clock, in the simplest words.

Written from the rules, without a glance at the code: lay the windows out, then pull the starts forward.
"""

from datetime import date, timedelta

from config.sections.schedule import Schedule, Window

Bounds = tuple[int, int]

DAY = 24 * 60


def promised(schedule: Schedule, *, tier: str, base: Bounds, first: date, days: int) -> list[Bounds]:
    """Answer the bounds of every local minute of some days."""
    named = [base] * (days * DAY)
    starts: list[tuple[int, Bounds]] = []
    for number in range(days):
        for window in _windows(schedule, first + timedelta(days=number)):
            if tier in window.tasks:
                begin = number * DAY + window.starts.hour * 60 + window.starts.minute
                end = number * DAY + ((window.ends.hour * 60 + window.ends.minute) or DAY)
                bounds = (window.tasks[tier].min, window.tasks[tier].max)
                named[begin:end] = [bounds] * (end - begin)
                starts.append((begin, bounds))
    return _pull_forward(named, starts, schedule.lead_minutes)


def _pull_forward(named: list[Bounds], starts: list[tuple[int, Bounds]], lead: int) -> list[Bounds]:
    """Let every start that raises the minimum come early, where nothing with a higher minimum holds."""
    promise = list(named)
    for begin, bounds in starts:
        if begin and bounds[0] > named[begin - 1][0]:
            for minute in range(max(begin - lead, 0), begin):
                if bounds[0] > promise[minute][0]:
                    promise[minute] = bounds
    return promise


def _windows(schedule: Schedule, day: date) -> tuple[Window, ...]:
    rests = day.weekday() >= 5 or day in schedule.holidays
    return schedule.weekend if rests else schedule.weekday
