"""Target tracking: AWS holds a metric near a target.

Several such policies grow the service if any of them asks and shrink it only if all agree (facts: aws E4).
"""

from typing import Any, Final

from aws_cdk import aws_applicationautoscaling as scaling
from constructs import Construct

from voice_constructs.scaling.rules import Predefined, Tracking
from voice_constructs.scaling.signal import Source

_Policy = scaling.CfnScalingPolicy
CPU: Final = "ECSServiceAverageCPUUtilization"
MEMORY: Final = "ECSServiceAverageMemoryUtilization"
REQUESTS: Final = "ALBRequestCountPerTarget"
_EVERY_20_SECONDS: Final = "HighResolution"  # appended to CPU and MEMORY (facts: aws E5)


def service_metric(type_: str, *, high_resolution: bool) -> Predefined:
    """Answer ECS's CPU or memory metric, every minute or every 20 s."""
    return Predefined(type_ + _EVERY_20_SECONDS if high_resolution else type_)


def tracking_policy(scope: Construct, tracking: Tracking, *, tier: str, target_id: str) -> None:
    """Track one metric of a tier."""
    _Policy(
        scope,
        f"Track{tracking.name.title().replace('-', '')}",
        policy_name=f"{tier}-track-{tracking.name}",
        policy_type="TargetTrackingScaling",
        scaling_target_id=target_id,
        target_tracking_scaling_policy_configuration=_Policy.TargetTrackingScalingPolicyConfigurationProperty(
            target_value=tracking.target,
            scale_out_cooldown=tracking.out_cooldown_seconds,
            scale_in_cooldown=tracking.in_cooldown_seconds,
            disable_scale_in=tracking.in_cooldown_seconds is None,
            **_specification(tracking.metric),
        ),
    )


def _specification(metric: Predefined | Source) -> dict[str, Any]:
    if isinstance(metric, Source):
        return {"customized_metric_specification": _customized(metric)}
    predefined = _Policy.PredefinedMetricSpecificationProperty(
        predefined_metric_type=metric.type, resource_label=metric.label
    )
    return {"predefined_metric_specification": predefined}


def _customized(source: Source) -> _Policy.CustomizedMetricSpecificationProperty:
    """Write the metric as a query: a percentile is refused as a plain `Statistic` (facts: cdk §7)."""
    metric = _Policy.TargetTrackingMetricProperty(
        namespace=source.namespace,
        metric_name=source.metric,
        dimensions=[
            _Policy.TargetTrackingMetricDimensionProperty(name=name, value=value) for name, value in source.dimensions
        ],
    )
    stat = _Policy.TargetTrackingMetricStatProperty(metric=metric, stat=source.statistic, unit=source.unit)
    query = _Policy.TargetTrackingMetricDataQueryProperty(id=source.id, metric_stat=stat, return_data=True)
    return _Policy.CustomizedMetricSpecificationProperty(metrics=[query])
