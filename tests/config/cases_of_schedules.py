"""What breaks the rules about scheduled windows."""

from config.rules import schedule, summer_time
from tests.config.rule_case import RuleCase, weekday, weekend, window

NEW_YORK = 'schedule.time_zone = "America/New_York"\n'
SANTIAGO = 'schedule.time_zone = "America/Santiago"\n'  # the clock leaves out 00:00 to 01:00 of a Sunday
CAIRO = 'schedule.time_zone = "Africa/Cairo"\n'  # 00:00 to 01:00 of a Friday


SCHEDULE = (
    RuleCase(schedule.time_zone_is_known, 'schedule.time_zone = "EDT"', "schedule.time_zone", kept=NEW_YORK),
    RuleCase(
        schedule.windows_end_after_they_start,
        weekday(window(starts="17:00", ends="17:00")),
        "schedule.weekday.0.ends",
        kept=weekday(window(starts="17:00", ends="00:00")),
    ),
    RuleCase(
        schedule.windows_outlast_their_lead,
        weekday(window(starts="09:00", ends="09:14")),
        "schedule.weekday.0.ends",
        kept=weekday(window(starts="09:00", ends="09:15")),
    ),
    RuleCase(
        schedule.windows_do_not_overlap,
        weekend(window("late", "12:00", "18:00"), window("early", "09:00", "12:01")),
        "schedule.weekend.1.starts",
        kept=weekend(window("late", "12:00", "18:00"), window("early", "09:00", "12:00")),
    ),
    RuleCase(
        schedule.window_names_differ,
        weekday(window("peak", "09:00", "10:00"), window("peak", "11:00", "12:00")),
        "schedule.weekday.1.name",
        kept=weekday(window("peak")) + "\n" + weekend(window("peak")),
    ),
    RuleCase(
        schedule.windows_name_tiers,
        weekday(window(tasks="celery = { min = 1, max = 2 }")),
        "schedule.weekday.0.tasks.celery",
        kept=weekday(window(tasks="celery-data = { min = 1, max = 2 }")),
    ),
    RuleCase(schedule.windows_name_tiers, weekday(window(tasks="")), "schedule.weekday.0.tasks"),
    RuleCase(
        schedule.windows_name_tiers,
        "media.egress.enabled = false\n" + weekday(window(tasks="egress = { min = 1, max = 2 }")),
        "schedule.weekday.0.tasks.egress",
    ),
    RuleCase(
        schedule.windows_are_for_tiers_that_scale,
        "agent.tasks.fixed = 3\n" + weekday(window()),
        "schedule.weekday.0.tasks.agent",
        kept="api.tasks.fixed = 3\n" + weekday(window()),
    ),
    RuleCase(
        schedule.window_bounds_are_ordered,
        weekday(window(tasks="agent = { min = 9, max = 8 }")),
        "schedule.weekday.0.tasks.agent.min",
        kept=weekday(window(tasks="agent = { min = 8, max = 8 }")),
    ),
    RuleCase(
        schedule.holidays_differ,
        'schedule.holidays = ["2026-12-25", 2026-12-25]',
        "schedule.holidays.1",
        kept='schedule.holidays = ["2026-12-25", 2027-12-25]',
    ),
    RuleCase(
        summer_time.moments_exist,
        NEW_YORK + weekend(window(starts="03:10")),
        "schedule.weekend.0.starts",
        kept=NEW_YORK + weekend(window(starts="03:15")),
    ),
    RuleCase(
        summer_time.moments_exist,
        NEW_YORK + weekend(window(starts="01:00", ends="02:00")),
        "schedule.weekend.0.ends",
        kept=NEW_YORK + weekday(window(starts="01:00", ends="02:00")),
    ),
    RuleCase(
        summer_time.moments_exist,
        SANTIAGO + weekend(window(ends="00:00")),
        "schedule.weekend.0.ends",
        kept=SANTIAGO + weekend(window(ends="23:59")),
    ),
    RuleCase(
        summer_time.moments_exist,
        CAIRO + weekday(window(starts="00:30")),
        "schedule.weekday.0.starts",
        kept=CAIRO + weekend(window(starts="00:30")),
    ),
)
