"""What breaks the rules about regions, production, machines and ports."""

from config.rules import machines, network, ports, production
from tests.config.rule_case import RuleCase

PLACE = (
    RuleCase(network.regions_exist, 'regions = [{ name = "eu-wset-1", cidr = "10.1.0.0/16" }]', "regions.0.name"),
    RuleCase(
        network.home_has_all_services,
        'region = "eu-north-1"',
        "region",
        kept='region = "eu-west-1"\nregions = [{ name = "eu-north-1", cidr = "10.1.0.0/16" }]',
        without="region",
    ),
    RuleCase(
        network.regions_differ,
        'regions = [{ name = "us-east-1", cidr = "10.1.0.0/16" }]',
        "regions.0.name",
        kept='regions = [{ name = "us-east-2", cidr = "10.1.0.0/16" }]',
    ),
    RuleCase(
        network.regions_differ,
        'regions = [{ name = "eu-west-1", cidr = "10.1.0.0/16" }, { name = "eu-west-1", cidr = "10.2.0.0/16" }]',
        "regions.1.name",
    ),
    RuleCase(
        network.address_ranges_are_private,
        'network.cidr = "8.8.0.0/16"',
        "network.cidr",
        kept='network.cidr = "100.64.0.0/16"',
    ),
    RuleCase(
        network.address_ranges_fit, 'network.cidr = "10.0.0.0/15"', "network.cidr", kept='network.cidr = "10.0.0.0/16"'
    ),
    RuleCase(
        network.address_ranges_fit, 'network.cidr = "10.0.0.0/21"', "network.cidr", kept='network.cidr = "10.0.0.0/20"'
    ),
    RuleCase(
        network.address_ranges_are_apart,
        'regions = [{ name = "eu-west-1", cidr = "10.0.128.0/20" }]',
        "regions.0.cidr",
        kept='regions = [{ name = "eu-west-1", cidr = "10.1.0.0/20" }]',
    ),
    RuleCase(
        network.zones_match,
        'network.zone_names = ["us-east-1a"]',
        "network.zone_names",
        kept='network.zone_names = ["us-east-1a", "us-east-1c"]',
    ),
    RuleCase(network.zones_match, 'network.zone_names = ["us-east-1a", "us-east-1a"]', "network.zone_names"),
    RuleCase(network.zones_match, 'network.zone_names = ["us-east-1a", "us-west-2b"]', "network.zone_names.1"),
    RuleCase(
        network.nat_gateways_have_zones,
        "network.nat_gateways = 3",
        "network.nat_gateways",
        kept="network.nat_gateways = 2",
    ),
    RuleCase(
        network.subdomain_is_free,
        'frontend.subdomain = "api"',
        "frontend.subdomain",
        kept='frontend.subdomain = "apis"',
    ),
    *(
        RuleCase(
            production.production_is_safe,
            f"production = true\n{key} = {refused}",
            key,
            kept=f"production = true\nnetwork.nat_gateways = 2\n{key} = {accepted}",
        )
        for key, refused, accepted in (
            ("background.flower", "true", "false"),
            ("background.silk", "true", "false"),
            ("data.retain", "false", "true"),
            ("data.database.multi_az", "false", "true"),
            ("data.live.replicas", "0", "1"),
            ("data.broker.replicas", "0", "1"),
        )
    ),
    RuleCase(
        production.production_is_safe,
        "production = true",
        "network.nat_gateways",
        kept="production = true\nnetwork.nat_gateways = 2",
    ),
)

MACHINES = (
    RuleCase(
        machines.machines_exist,
        'media.livekit.instance_type = "c7g.3xlarge"',
        "media.livekit.instance_type",
        kept='media.livekit.instance_type = "c6in.4xlarge"',
    ),
    RuleCase(machines.machines_exist, 'data.database.instance_type = "db.m7g.large"', "data.database.instance_type"),
    RuleCase(machines.machines_exist, 'data.live.node_type = "t4g.small"', "data.live.node_type"),
    RuleCase(machines.machines_exist, 'data.broker.node_type = "cache.c7g.large"', "data.broker.node_type"),
    RuleCase(
        machines.regions_have_machines,
        'region = "eu-west-3"\ndata.database.instance_type = "r7g.large"',
        "data.database.instance_type",
        kept='region = "eu-west-3"\ndata.database.instance_type = "m7g.large"',
        without="region",
    ),
    RuleCase(
        machines.regions_have_machines,
        'regions = [{ name = "me-central-1", cidr = "10.1.0.0/16" }]',
        "data.live.node_type",
        kept='data.live.node_type = "cache.r7g.large"\nregions = [{ name = "me-central-1", cidr = "10.1.0.0/16" }]',
    ),
    RuleCase(
        machines.fargate_sizes_exist,
        "agent.size = { cpu_units = 2000, memory_mib = 4096 }",
        "agent.size.cpu_units",
        kept="agent.size = { cpu_units = 2048, memory_mib = 16384 }",
    ),
    RuleCase(
        machines.fargate_sizes_exist,
        "background.beat_size.memory_mib = 1536",
        "background.beat_size.memory_mib",
        kept="background.beat_size.memory_mib = 2048",
    ),
    RuleCase(
        machines.fargate_sizes_exist,
        "celery.data.size = { cpu_units = 16384, memory_mib = 36864 }",
        "celery.data.size.memory_mib",
        kept="celery.data.size = { cpu_units = 16384, memory_mib = 40960 }",
    ),
    RuleCase(
        ports.udp_ports_are_ordered,
        "media.livekit.udp = { first = 60000, last = 50000 }",
        "media.livekit.udp.first",
        kept="media.livekit.udp = { first = 50000, last = 50000 }",
    ),
    RuleCase(
        ports.udp_ports_are_enough,
        "media.livekit.udp = { first = 50000, last = 50598 }",
        "media.livekit.udp.first",
        kept="media.livekit.udp = { first = 50000, last = 50599 }",
    ),
    RuleCase(
        ports.udp_ports_are_enough,
        'media.livekit = { instance_type = "c7g.4xlarge", udp = { first = 7882, last = 7896, mux = true } }',
        "media.livekit.udp.first",
        kept='media.livekit = { instance_type = "c7g.4xlarge", udp = { first = 7882, last = 7897, mux = true } }',
    ),
    *(
        RuleCase(
            ports.udp_ports_are_free,
            f"media.livekit.udp = {{ first = {taken - 1}, last = {taken}, mux = true }}",
            "media.livekit.udp.first",
            kept=f"media.livekit.udp = {{ first = {taken - 1}, last = {taken - 1}, mux = true }}",
        )
        for taken in (3478, 5349, 6789, 7880, 9091, 30000)
    ),
    RuleCase(
        ports.udp_ports_are_free,
        "media.livekit.udp = { first = 40000, last = 50000 }",
        "media.livekit.udp.first",
        kept="media.livekit.udp = { first = 40001, last = 50000 }",
    ),
)
