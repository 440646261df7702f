"""What breaks the rules about durations, pipelines, retention and delivery."""

from config.rules import delivery, pipelines, retention, timing
from tests.config.rule_case import RuleCase

TIMING = tuple(
    RuleCase(timing.timing_fits, f"{key} = {broken}", key, kept=f"{key} = {kept}")
    for key, broken, kept in (
        ("timing.rejoin_window_seconds", 121, 120),
        ("timing.room_departure_timeout_seconds", 149, 150),
        ("timing.join_window_seconds", 61, 60),
        ("timing.room_empty_timeout_seconds", 89, 90),
        ("timing.max_call_seconds", 2701, 2700),
        ("timing.post_call_seconds", 301, 300),
        ("timing.agent_drain_seconds", 2999, 3000),
        ("timing.scale_in_protection_seconds", 2999, 3000),
        ("timing.livekit_stop_timeout_seconds", 2729, 2730),
        ("timing.handoff_seconds", 76, 75),
        ("timing.emergency_stop_seconds", 104, 105),
        ("timing.deregistration_seconds", 61, 60),
        ("timing.zombie_seconds", 5700, 5701),
        ("agent.stop_timeout_seconds", 119, 120),
        ("api.stop_timeout_seconds", 29, 30),
        ("websocket.stop_timeout_seconds", 119, 120),
        ("websocket.keep_alive_seconds", 2699, 2700),
    )
)

KEEPING = (
    RuleCase(
        pipelines.pipelines_are_deployable,
        'agent.pipelines = ["gemini"]',
        "agent.pipelines.0",
        kept='agent.pipelines = ["gemini_live"]',
    ),
    RuleCase(pipelines.pipelines_are_deployable, 'agent.pipelines = ["local"]', "agent.pipelines.0"),
    RuleCase(
        pipelines.pipelines_are_deployable, 'agent.pipelines = ["gemini_live", "gemini_live"]', "agent.pipelines.1"
    ),
    RuleCase(
        pipelines.azure_is_reachable,
        'agent.pipelines = ["azure_speech"]\nagent.azure_openai_endpoint = "https://example.openai.azure.com"\n'
        'agent.azure_openai_deployment = "gpt"',
        "agent.azure_speech_region",
        kept='agent.pipelines = ["azure_realtime"]\nagent.azure_openai_endpoint = "https://example.openai.azure.com"\n'
        'agent.azure_openai_deployment = "gpt"',
    ),
    RuleCase(
        pipelines.overflow_has_address,
        'media.overflow = "livekit-cloud"',
        "media.overflow",
        kept='media.overflow = "livekit-cloud"\nmedia.overflow_url = "wss://example.livekit.cloud"',
    ),
    RuleCase(
        retention.log_periods_exist, "operations.log_days = 45", "operations.log_days", kept="operations.log_days = 60"
    ),
    RuleCase(
        retention.log_periods_exist,
        "network.flow_log_days = 4000",
        "network.flow_log_days",
        kept="network.flow_log_days = 3653",
    ),
    RuleCase(
        retention.objects_cool_before_they_go,
        "data.storage.retention_days = 90",
        "data.storage.retention_days",
        kept="data.storage.retention_days = 91",
    ),
    RuleCase(
        retention.storage_can_grow,
        "data.database = { storage_gib = 100, max_storage_gib = 109 }",
        "data.database.max_storage_gib",
        kept="data.database = { storage_gib = 100, max_storage_gib = 110 }",
    ),
    RuleCase(
        delivery.image_tags_fit,
        'delivery.image_tags.agents = "v1"',
        "delivery.image_tags.agents",
        kept='delivery.image_tags.agent = "v1"',
    ),
    RuleCase(
        delivery.image_tags_fit,
        'delivery.image_tags.agent = "latest"',
        "delivery.image_tags.agent",
        kept='delivery.image_tags.agent = "latest-1"',
    ),
    RuleCase(
        delivery.image_tags_fit,
        'delivery.image_tags.agent = "sha256:abc"',
        "delivery.image_tags.agent",
        kept=f'delivery.image_tags.agent = "sha256:{"0" * 64}"',
    ),
    RuleCase(
        delivery.rollouts_are_possible, 'agent.rollout = "canary"', "agent.rollout", kept='websocket.rollout = "canary"'
    ),
    RuleCase(
        delivery.rollouts_are_possible,
        'api.rollout = "blue_green"',
        "api.rollout",
        kept='api.rollout = "blue_green"\napi.tasks.fixed = 3',
    ),
    RuleCase(delivery.tags_are_ours, 'tags."aws:team" = "voice"', "tags.aws:team", kept='tags."team:aws" = "voice"'),
    RuleCase(delivery.tags_are_ours, f'tags.team = "{"v" * 257}"', "tags.team", kept=f'tags.team = "{"v" * 256}"'),
)
