"""When does a service get more tasks, and when fewer?

`tiers.py` is the table: one function a tier, each the tier's signals as data. `rules.py` says what
such data can hold, `fleet.py` makes AWS's target, policies and alarms of it, `weekly.py` and
`actions.py` turn weekday and weekend profiles into scheduled actions.
"""
