"""Predictive scaling: AWS forecasts 48 hours from the last 14 days (facts: aws E6).

aws-cdk-lib knows it as L1 only.
"""

from typing import Final

from aws_cdk import aws_applicationautoscaling as scaling
from constructs import Construct

from voice_constructs.scaling.rules import Forecast
from voice_constructs.scaling.signal import Source

LONGEST_BUFFER_SECONDS: Final = 3599  # less than the forecast's hour (API: SchedulingBufferTime)
CPU_PAIR: Final = "ECSServiceCPUUtilization"  # total use is the load, average use what is held at the target

_Policy = scaling.CfnScalingPolicy
_Query = _Policy.PredictiveScalingMetricDataQueryProperty
_MODES: Final = {"forecast_only": "ForecastOnly", "forecast_and_scale": "ForecastAndScale"}


def forecast_policy(
    scope: Construct, forecast: Forecast, *, tier: str, target_id: str, running: Source, lead_minutes: int
) -> None:
    """Bring tasks before a load that AWS forecasts.

    Args:
        lead_minutes: How long before; AWS allows less than an hour.
    """
    _Policy(
        scope,
        "Forecast",
        policy_name=f"{tier}-forecast",
        policy_type="PredictiveScaling",
        scaling_target_id=target_id,
        predictive_scaling_policy_configuration=_Policy.PredictiveScalingPolicyConfigurationProperty(
            mode=_MODES[forecast.mode],
            scheduling_buffer_time=min(lead_minutes * 60, LONGEST_BUFFER_SECONDS),
            metric_specifications=[_specification(forecast, running)],
        ),
    )


def _specification(forecast: Forecast, running: Source) -> _Policy.PredictiveScalingMetricSpecificationProperty:
    if forecast.load is None:
        pair = _Policy.PredictiveScalingPredefinedMetricPairProperty(predefined_metric_type=CPU_PAIR)
        return _Policy.PredictiveScalingMetricSpecificationProperty(
            target_value=forecast.target, predefined_metric_pair_specification=pair
        )
    per_task = _Query(id="per_task", expression=f"{forecast.load.id} / {running.id}", return_data=True)
    return _Policy.PredictiveScalingMetricSpecificationProperty(
        target_value=forecast.target,
        customized_load_metric_specification=_Policy.PredictiveScalingCustomizedLoadMetricProperty(
            metric_data_queries=[_query(forecast.load, stat="Sum", is_result=True)]
        ),
        customized_scaling_metric_specification=_Policy.PredictiveScalingCustomizedScalingMetricProperty(
            metric_data_queries=[_query(forecast.load), _query(running), per_task]
        ),
        customized_capacity_metric_specification=_Policy.PredictiveScalingCustomizedCapacityMetricProperty(
            metric_data_queries=[_query(running, is_result=True)]
        ),
    )


def _query(source: Source, *, stat: str = "Average", is_result: bool = False) -> _Query:
    metric = _Policy.PredictiveScalingMetricProperty(
        namespace=source.namespace,
        metric_name=source.metric,
        dimensions=[
            _Policy.PredictiveScalingMetricDimensionProperty(name=name, value=value)
            for name, value in source.dimensions
        ],
    )
    return _Query(
        id=source.id,
        metric_stat=_Policy.PredictiveScalingMetricStatProperty(metric=metric, stat=stat, unit=source.unit),
        return_data=is_result,
    )
