"""What can go wrong with alarms.

AlarmsError
├── ExpressionUnknown    a definition uses metric math, or a rule, that is not evaluated here
└── AlarmUnknown         a name that no alarm of the environment has
"""


class AlarmsError(Exception):
    """Any of the below: the command prints it and exits with 2."""


class ExpressionUnknown(AlarmsError):
    """Names the alarm's expression and the part of it that is not known."""


class AlarmUnknown(AlarmsError):
    """Names the alarms that there are."""
