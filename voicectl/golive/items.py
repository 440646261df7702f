"""The list itself: the deployment seed's (requirements C12), each item with its look or with who signs for it."""

from collections.abc import Callable
from typing import Final, NamedTuple

from voicectl.golive import account, capacity, doors, drills, plain_values, stores, telling
from voicectl.golive.answer import Found, Place


class Item(NamedTuple):
    """One thing that must be so before people are sent here.

    Attributes:
        asks: The question, as on the seed's list.
        seed: The requirement's number.
        look: Answers it from templates, the account, or the record of drills.
        signer: Who signs, where nothing but a person can know; and for what.
    """

    name: str
    asks: str
    seed: str
    look: Callable[[Place], Found] | None = None
    signer: str = ""


ITEMS: Final = (
    Item("database-pooling", "Do all processes' connections fit into the database?", "S153", capacity.connections),
    Item("database-backups", "Is the database backed up and protected?", "S153", stores.database_backups),
    Item("valkey-persistence", "Does Valkey outlive a node?", "S154", stores.valkey_persistence),
    Item("storage-lifecycle", "Do recordings get cold, and go?", "S155", stores.storage_lifecycle),
    Item("data-outlives-stacks", "Does the data outlive its stack?", "S155", stores.protected_stacks),
    Item("sfu-load-tested", "Was a LiveKit node loaded to its ceiling?", "S156",
         signer="the media lead signs the report: participants, packets and CPU per node of this instance type"),
    Item("tls", "Is everything that people reach encrypted?", "S157", doors.tls),
    Item("dns", "Can a name be changed within a minute?", "S157", doors.dns),
    Item("network-ports", "Is nothing open that need not be?", "S157", doors.openings),
    Item("turn-firewalls", "Do calls work behind two corporate firewalls?", "S157",
         signer="who made the two calls signs: which networks, and that media went over TURN"),
    Item("secrets-by-reference", "Is no secret in a template or an image?", "S158", plain_values.secrets_by_reference),
    Item("secrets-written", "Has every secret its value?", "S158", account.secrets_written),
    Item("provider-quotas", "Do the providers' accounts carry the peak?", "S159",
         signer="the account owner signs: OpenAI tier 3 or higher, production quotas of every other provider"),
    Item("pre-warmed", "Is there a warm agent for the next caller at any hour?", "S160", capacity.warm_places),
    Item("timeouts", "Do the timeouts fit together?", "S160", capacity.timeouts),
    Item("budgets", "Is somebody told when money runs out?", "S160", telling.budgets),
    Item("prompts-reviewed", "Are prompts and language packs reviewed by native speakers?", "S160",
         signer="one native speaker of each language signs for prompts, voices and pauses"),
    Item("dashboard", "Is the dashboard there?", "S161", telling.dashboard),
    Item("alarms-reach-people", "Does every alarm tell somebody what to do?", "S161", telling.alarms_reach_people),
    Item("alarm-subscription", "Has the mailbox of the alarms confirmed?", "S161", account.alarm_subscription),
    Item("alarms-tested", "Was every alarm seen to arrive?", "S161", drills.alarms_tested),
    Item("stacks-stand", "Is what was reviewed deployed?", "S161", account.stacks_stand),
    Item("rollback-tested", "Was a rollback done, and timed?", "S162",
         signer="who did it signs: from which tag to which, and how long it took"),
    Item("load-tested", "Were 50 calls held for 30 minutes, with everything after them?", "S162",
         signer="the lead signs the report: calls, latency p95, jobs left over"),
    Item("restore-tested", "Was a backup restored and compared?", "S163", drills.restore_tested),
    Item("on-call", "Is somebody on call, with an escalation path?", "S164",
         signer="the head of engineering signs the rotation and the escalation path"),
    Item("participant-support", "Who answers a caller who cannot connect?", "S165",
         signer="the head of support signs who answers, and what they check"),
)  # fmt: skip
