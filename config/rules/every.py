"""The table of all rules that see more than one key."""

from collections.abc import Callable, Iterator
from typing import Final

from config.faults import Fault
from config.rules import (
    capacity,
    connections,
    delivery,
    machines,
    network,
    pipelines,
    ports,
    production,
    retention,
    scaling,
    schedule,
    summer_time,
    timing,
)
from config.schema import Environment

Rule = Callable[[Environment], Iterator[Fault]]

RULES: Final[tuple[Rule, ...]] = (
    network.regions_exist,
    network.home_has_all_services,
    network.regions_differ,
    network.address_ranges_fit,
    network.address_ranges_are_private,
    network.address_ranges_are_apart,
    network.zones_match,
    network.nat_gateways_have_zones,
    network.subdomain_is_free,
    production.production_is_safe,
    machines.machines_exist,
    machines.regions_have_machines,
    machines.fargate_sizes_exist,
    ports.udp_ports_are_ordered,
    ports.udp_ports_are_enough,
    ports.udp_ports_are_free,
    capacity.bounds_are_ordered,
    capacity.api_has_two_tasks,
    capacity.sessions_fit_agent,
    capacity.voice_fits_websocket,
    capacity.idle_floor_is_enough,
    scaling.quiet_is_below_busy,
    scaling.shrinks_slower_than_it_grows,
    scaling.api_shrinks_slower,
    connections.pools_fit,
    connections.clients_fit_pgbouncer,
    connections.connections_fit_memory,
    connections.pooler_is_shared_evenly,
    timing.timing_fits,
    pipelines.pipelines_are_deployable,
    pipelines.azure_is_reachable,
    pipelines.overflow_has_address,
    retention.log_periods_exist,
    retention.objects_cool_before_they_go,
    retention.storage_can_grow,
    delivery.image_tags_fit,
    delivery.rollouts_are_possible,
    delivery.tags_are_ours,
    schedule.time_zone_is_known,
    schedule.windows_end_after_they_start,
    schedule.windows_outlast_their_lead,
    schedule.windows_do_not_overlap,
    schedule.window_names_differ,
    schedule.windows_name_tiers,
    schedule.windows_are_for_tiers_that_scale,
    schedule.window_bounds_are_ordered,
    schedule.holidays_differ,
    summer_time.moments_exist,
)


def broken_rules(environment: Environment) -> list[Fault]:
    """Answer what every rule finds."""
    return [found for rule in RULES for found in rule(environment)]
