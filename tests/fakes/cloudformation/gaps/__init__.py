"""API operations that moto lacks, added to its own answers; and the few it gets wrong, put right.

One module per service. When a moto release closes a gap, the tests still pass without its module, and it can go.
"""

from functools import cache

from tests.fakes.cloudformation import amplify
from tests.fakes.cloudformation.gaps import (
    alarm_actions,
    alarms,
    buckets,
    caches,
    containers,
    policies,
    restores,
    scaling,
    targets,
    trail,
)


@cache
def fill() -> None:
    """Change moto's classes, once in a process."""
    amplify.register()
    for module in (alarm_actions, alarms, buckets, caches, containers, policies, restores, scaling, targets, trail):
        module.fill()
