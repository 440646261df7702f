"""Application Auto Scaling: predictive policies, and policies looked up by name."""

import json
from typing import Any

from moto.applicationautoscaling.responses import ApplicationAutoScalingResponse, _build_policy

from tests.fakes.cloudformation.gaps.graft import graft

_put = ApplicationAutoScalingResponse.put_scaling_policy


def fill() -> None:
    """Take and show PredictiveScaling; honour PolicyNames, which moto ignores."""
    graft(
        ApplicationAutoScalingResponse,
        put_scaling_policy=_put_scaling_policy,
        describe_scaling_policies=_describe_scaling_policies,
    )


def _put_scaling_policy(response: ApplicationAutoScalingResponse) -> str:
    if response._get_param("PolicyType") != "PredictiveScaling":
        answer: str = _put(response)
        return answer
    policy: Any = response.applicationautoscaling_backend.put_scaling_policy(
        policy_name=response._get_param("PolicyName"),
        service_namespace=response._get_param("ServiceNamespace"),
        resource_id=response._get_param("ResourceId"),
        scalable_dimension=response._get_param("ScalableDimension"),
        policy_type="StepScaling",  # the kind for which moto adds nothing of its own
        policy_body={},
    )
    policy.policy_type = "PredictiveScaling"
    policy.predictive = response._get_param("PredictiveScalingPolicyConfiguration")
    return json.dumps({"PolicyARN": policy.policy_arn, "Alarms": []})


def _describe_scaling_policies(response: ApplicationAutoScalingResponse) -> str:
    names = response._get_param("PolicyNames")
    token, page = response.applicationautoscaling_backend.describe_scaling_policies(
        service_namespace=response._get_param("ServiceNamespace"),
        resource_id=response._get_param("ResourceId"),
        scalable_dimension=response._get_param("ScalableDimension"),
        max_results=10_000 if names else response._get_int_param("MaxResults"),
        next_token=response._get_param("NextToken"),
    )
    shown = [_shown(policy) for policy in page if not names or policy.policy_name in names]
    return json.dumps({"ScalingPolicies": shown, "NextToken": token})


def _shown(policy: Any) -> dict[str, Any]:
    built: dict[str, Any] = _build_policy(policy)
    if policy.policy_type == "PredictiveScaling":
        built["PredictiveScalingPolicyConfiguration"] = policy.predictive
    return built
