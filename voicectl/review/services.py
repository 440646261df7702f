"""The services of an environment, as their templates say: size, bounds, every scaling signal."""

from dataclasses import dataclass, field
from typing import Any

from voicectl.review.templates import Assembly, Properties, Resource, StackTemplate, reference_of

SERVICE = "AWS::ECS::Service"
TARGET = "AWS::ApplicationAutoScaling::ScalableTarget"
POLICY = "AWS::ApplicationAutoScaling::ScalingPolicy"
SHORT = {
    "ECSServiceAverageCPUUtilization": "CPU %",
    "ECSServiceAverageMemoryUtilization": "memory %",
    "ALBRequestCountPerTarget": "requests per task and minute",
}
STATISTICS = {"Average": "average", "Maximum": "highest", "Minimum": "lowest", "Sum": "sum of"}
ALARM = "AWS::CloudWatch::Alarm"
OPERATORS = {
    "GreaterThanThreshold": ">",
    "GreaterThanOrEqualToThreshold": "≥",
    "LessThanThreshold": "<",
    "LessThanOrEqualToThreshold": "≤",
}


@dataclass(frozen=True)
class ScheduledAction:
    """One scheduled change of a service's bounds.

    Attributes:
        when: As AWS has it: `cron(45 7 ? * MON-FRI *)`, or `at(2026-12-25T07:46:00)`.
        low: Its new minimum; `high` is its new maximum.
    """

    name: str
    when: str
    time_zone: str
    low: int
    high: int

    @property
    def bounds(self) -> str:
        """`2–20`."""
        return f"{self.low}–{self.high}"


@dataclass(frozen=True)
class Machine:
    """What one task runs on.

    Attributes:
        vcpus: Of a Fargate task; 0 on a node of its own.
        architecture: `ARM64` or `X86_64`.
        instance_type: Of a node of its own, empty on Fargate.
    """

    vcpus: float = 0
    gib: float = 0
    architecture: str = "X86_64"
    is_spot: bool = False
    instance_type: str = ""

    @property
    def size(self) -> str:
        """`2 vCPU 4 GiB Spot`, or `EC2 c7g.xlarge, one a node`."""
        if self.instance_type:
            return f"EC2 {self.instance_type}, one a node"
        return f"{self.vcpus:g} vCPU {self.gib:g} GiB{' Spot' if self.is_spot else ''}"


@dataclass(frozen=True)
class Service:
    """One ECS service.

    Attributes:
        label: Its name, with its region when that is a further one.
        low: Least tasks; `high` is most. The same number when nothing scales it.
        signals: What adds or holds tasks, one line each; `leaves` is what takes them away.
    """

    stack: str
    name: str
    label: str
    logical_id: str
    machine: Machine
    low: int
    high: int
    is_scaled: bool = False
    signals: tuple[str, ...] = ()
    leaves: tuple[str, ...] = ()
    schedule: tuple[ScheduledAction, ...] = field(default=())

    @property
    def size(self) -> str:
        """What one task runs on."""
        return self.machine.size

    @property
    def tasks(self) -> str:
        """`2–20`, or `2 fixed`."""
        return f"{self.low}–{self.high}" if self.is_scaled else f"{self.low} fixed"


def services_of(assembly: Assembly) -> list[Service]:
    """Every service, in the order of deployment."""
    home = assembly.stacks[0].region if assembly.stacks else ""
    return [_service(stack, resource, home=home) for stack, resource in assembly.of_type(SERVICE)]


def _service(stack: StackTemplate, resource: Resource, *, home: str) -> Service:
    properties = resource.properties
    target = next((each for each in stack.of_type(TARGET) if _scales(each, resource)), None)
    about: dict[str, Any] = {
        "stack": stack.name,
        "name": properties["ServiceName"],
        "label": properties["ServiceName"] + ("" if stack.region == home else f" {stack.region}"),
        "logical_id": resource.logical_id,
        "machine": _machine(stack, properties),
    }
    if target is None:
        fixed = int(properties.get("DesiredCount", 1))
        return Service(**about, low=fixed, high=fixed)
    policies = [
        each for each in stack.of_type(POLICY) if reference_of(each.properties["ScalingTargetId"]) == target.logical_id
    ]
    return Service(
        **about,
        low=int(target.properties["MinCapacity"]),
        high=int(target.properties["MaxCapacity"]),
        is_scaled=True,
        signals=_lines(stack, [policy for policy in policies if not _is_in(policy)]),
        leaves=_lines(stack, [policy for policy in policies if _is_in(policy)]),
        schedule=tuple(_action(action) for action in target.properties.get("ScheduledActions", ())),
    )


def _scales(target: Resource, service: Resource) -> bool:
    return f"'{service.logical_id}'" in str(target.properties["ResourceId"])


def _machine(stack: StackTemplate, service: Properties) -> Machine:
    task = stack.properties_of(service["TaskDefinition"])
    if task.get("NetworkMode") == "host":
        templates = [each.properties["LaunchTemplateData"] for each in stack.of_type("AWS::EC2::LaunchTemplate")]
        return Machine(instance_type=templates[0]["InstanceType"])
    return Machine(
        vcpus=int(task["Cpu"]) / 1024,
        gib=int(task["Memory"]) / 1024,
        architecture=task.get("RuntimePlatform", {}).get("CpuArchitecture", "X86_64"),
        is_spot=service["CapacityProviderStrategy"][0]["CapacityProvider"] == "FARGATE_SPOT",
    )


def _action(action: dict[str, Any]) -> ScheduledAction:
    bounds = action["ScalableTargetAction"]
    return ScheduledAction(
        name=action["ScheduledActionName"],
        when=action["Schedule"],
        time_zone=action.get("Timezone", "UTC"),
        low=int(bounds["MinCapacity"]),
        high=int(bounds["MaxCapacity"]),
    )


def _is_in(policy: Resource) -> bool:
    steps = policy.properties.get("StepScalingPolicyConfiguration", {}).get("StepAdjustments", [])
    return any(step["ScalingAdjustment"] < 0 for step in steps)


def _lines(stack: StackTemplate, policies: list[Resource]) -> tuple[str, ...]:
    """One line for each signal, those with the same answer together and the answer below them."""
    by_answer: dict[str, list[str]] = {}
    for policy in policies:
        answer, signals = _describe(stack, policy)
        by_answer.setdefault(answer, []).extend(signals)
    return tuple(
        line for answer, signals in by_answer.items() for line in (*signals, *([f"→ {answer}"] if answer else []))
    )


def _describe(stack: StackTemplate, policy: Resource) -> tuple[str, list[str]]:
    """What a policy does, and the signals that make it."""
    tracking = policy.properties.get("TargetTrackingScalingPolicyConfiguration")
    if tracking:
        guard = ", only adds" if tracking.get("DisableScaleIn") else ""
        return "", [f"hold {_tracked(tracking)} at {tracking['TargetValue']:g}{guard}"]
    steps = policy.properties.get("StepScalingPolicyConfiguration")
    if not steps:
        return "", [f"forecast, {policy.properties['PredictiveScalingPolicyConfiguration']['Mode']}"]
    alarms = [each for each in stack.of_type(ALARM) if policy.logical_id in _actions(each)]
    return _step(steps), [_condition(alarm.properties) for alarm in alarms]


def _actions(alarm: Resource) -> list[str | None]:
    return [reference_of(action) for action in alarm.properties.get("AlarmActions", [])]


def _tracked(tracking: Properties) -> str:
    predefined = tracking.get("PredefinedMetricSpecification")
    if predefined:
        name = str(predefined["PredefinedMetricType"])
        return SHORT.get(name.removesuffix("HighResolution"), name)
    queries = tracking["CustomizedMetricSpecification"]["Metrics"]
    return " ".join(f"{query['MetricStat']['Metric']['MetricName']} {query['MetricStat']['Stat']}" for query in queries)


def _condition(alarm: Properties) -> str:
    queries = [query["MetricStat"] for query in alarm.get("Metrics", []) if "MetricStat" in query]
    names = [query["Metric"]["MetricName"] for query in queries]
    signals = [name for name in names if name != "RunningTaskCount"]
    period = queries[0]["Period"] if queries else alarm["Period"]
    seconds = f"for {alarm['EvaluationPeriods'] * period} s"
    if len(signals) > 1:
        return f"low together {seconds}: {', '.join(signals)}"
    limit = f"{OPERATORS[alarm['ComparisonOperator']]} {alarm['Threshold']:g} {seconds}"
    if queries:
        return f"{signals[0]}{' per task' if len(names) > len(signals) else ''} {limit}"
    statistic = alarm.get("ExtendedStatistic") or STATISTICS[alarm["Statistic"]]
    return f"{statistic} {alarm['MetricName']} {limit}"


def _step(steps: Properties) -> str:
    adjustment = steps["StepAdjustments"][0]["ScalingAdjustment"]
    cooldown = f"every {steps['Cooldown']} s"
    if steps["AdjustmentType"] == "ChangeInCapacity":
        return f"{adjustment:+d} {cooldown}"
    return f"{adjustment:+d} % or +{steps.get('MinAdjustmentMagnitude', 1)} {cooldown}"
