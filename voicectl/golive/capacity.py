"""Looks at whether there is room: connections for every process, a warm agent for the next caller, time to drain."""

from collections.abc import Iterator
from typing import Final

from config.connections import RESERVE, servers, total
from config.tiers import TIERS, ceiling
from contract.services import AGENT
from voicectl.golive.answer import Found, Place, judged
from voicectl.golive.stores import DATABASE, is_replica
from voicectl.review.budget import budget_of
from voicectl.review.services import Service, services_of
from voicectl.review.templates import Assembly

PARAMETERS: Final = "AWS::RDS::DBParameterGroup"
TASK: Final = "AWS::ECS::TaskDefinition"
POOL_SIZE: Final = "DATABASE_POOL_SIZE"
FREE_SLOTS: Final = "FreeSlots"
WARM_CALLS: Final = 1


def connections(place: Place) -> Found:
    """All processes at their ceilings, in the middle of a deployment, fit into what the database takes."""
    needed = total(servers(place.environment)) + RESERVE
    limits = list(_limits(place.assembly))
    limit = min((int(each) for each in limits if each.isdecimal()), default=0)
    wrong = [f"a database has max_connections {each or 'of RDS'}" for each in limits if not each.isdecimal()]
    wrong += [] if limits else ["there is no database"]
    wrong += [f"{needed} connections are needed, and the database takes {limit}"] if needed > limit else []
    wrong += _uncounted(place)
    return judged(wrong, f"{needed} of {limit} connections at most, {RESERVE} in reserve among them", "data.database")


def warm_places(place: Place) -> Found:
    """At the quietest hour agents are up with room for the next callers; a cold start would be heard (S15: 3–5 s)."""
    agent = place.environment.agent
    fleets = [each for each in services_of(place.assembly) if each.name == AGENT.name]
    wrong = [] if agent.scaling.free_slots else ["no free slots are kept for the next callers"]
    wrong += [] if fleets else ["there are no agents"]
    wrong += [f"{each.label} does not follow {FREE_SLOTS}" for each in fleets if FREE_SLOTS not in str(each.signals)]
    warm = {each.label: agent.sessions_per_task * min([each.low, *(at.low for at in each.schedule)]) for each in fleets}
    wrong += [f"{label} shrinks to room for {least} calls" for label, least in warm.items() if least < WARM_CALLS]
    told = ", ".join(f"{label}: {least}" for label, least in warm.items())
    return judged(wrong, f"room for this many calls at least – {told}", "agent.tasks.min and agent.scaling.free_slots")


def timeouts(place: Place) -> Found:
    """Rejoining, draining and stopping fit into each other."""
    try:
        lines = budget_of(place.assembly)
    except (KeyError, StopIteration) as missing:  # a container or an attribute that the budget is read from
        return judged([f"a duration is nowhere in the templates: {missing}"], "", "timing")
    wrong = [line.why for line in lines if not line.holds]
    return judged(wrong, f"{len(lines)} lines of the timing budget hold", "timing")


def _limits(assembly: Assembly) -> Iterator[str]:
    """Yield `max_connections` of each database's own parameters; empty where nothing says it.

    A replica in the same region has its primary's (RDS, CreateDBInstanceReadReplica).
    """
    primaries = [(stack, each) for stack, each in assembly.of_type(DATABASE) if not is_replica(each)]
    for stack, database in primaries:
        parameters = stack.properties_of(database.properties.get("DBParameterGroupName"))
        yield str(parameters.get("Parameters", {}).get("max_connections", ""))


def _uncounted(place: Place) -> Iterator[str]:
    """Yield where the templates let more connect than the file that was counted."""
    for service in services_of(place.assembly):
        counted = ceiling(place.environment, service.name) if service.name in TIERS else service.high
        if _most(service) > counted:
            yield f"{service.label} may have {_most(service)} tasks, and {counted} were counted"
    size = place.environment.data.database.pool_size
    for _, task in place.assembly.of_type(TASK):
        for container in task.properties["ContainerDefinitions"]:
            told = {each["Name"]: str(each["Value"]) for each in container.get("Environment", [])}.get(POOL_SIZE)
            if told is not None and not (told.isdecimal() and int(told) <= size):
                yield f"{container['Name']} may hold {told} connections a process, and {size} were counted"


def _most(service: Service) -> int:
    return max([service.high, *(at.high for at in service.schedule)])
