"""Templates that break one of our own rules, some of them subtly, and neighbours of each that do not."""

from typing import Any, NamedTuple

Resource = tuple[str, dict[str, Any]]  # type and properties
Resources = dict[str, Resource]

TASK = "AWS::ECS::TaskDefinition"
SERVICE = "AWS::ECS::Service"
TARGET = "AWS::ApplicationAutoScaling::ScalableTarget"
POLICY = "AWS::ApplicationAutoScaling::ScalingPolicy"
ALARM = "AWS::CloudWatch::Alarm"


class Case(NamedTuple):
    """One template."""

    name: str
    rule: str
    breaks: bool
    resources: Resources


def _task(*, stop: Any = 30, image: Any = "registry/agent:sha-1", on: str | None = "FARGATE") -> Resource:
    container = {"Name": "agent", "Image": image, "StopTimeout": stop}
    return TASK, {"ContainerDefinitions": [container], **({"RequiresCompatibilities": [on]} if on else {})}


def _stop(name: str, *, breaks: bool, more: Resources | None = None, **task: Any) -> Case:
    return Case(f"stop-{name}", "VOICE-001", breaks, {"Task": _task(**task), **(more or {})})


def _run_by(**properties: Any) -> Resources:
    return {"Service": (SERVICE, {"TaskDefinition": {"Ref": "Task"}, **properties})}


SPOT = [{"CapacityProvider": "FARGATE_SPOT", "Weight": 1}]
STOP_TIMEOUT = (
    _stop("fargate-at-limit", breaks=False, stop=120),
    _stop("fargate-above-limit", breaks=True, stop=121),
    _stop("ec2-may-drain-for-hours", breaks=False, stop=3600, on="EC2"),
    _stop("fargate-as-text", breaks=True, stop="3000"),
    _stop("fargate-not-said-by-task", breaks=True, stop=121, on=None, more=_run_by(LaunchType="FARGATE")),
    _stop("spot-not-said-by-task", breaks=True, stop=121, on=None, more=_run_by(CapacityProviderStrategy=SPOT)),
    _stop("ec2-not-said-by-task", breaks=False, stop=121, on=None, more=_run_by(LaunchType="EC2")),
)


def _floor(
    name: str, *, breaks: bool, service: str = "api", target: dict[str, Any] | None = None, **count: int
) -> Case:
    resources: Resources = {"Api": (SERVICE, {"ServiceName": service, **count})}
    id_ = {"Fn::Join": ["/", ["service/cluster", {"Fn::GetAtt": ["Api", "Name"]}]]}
    if target:
        resources["Target"] = (TARGET, {"ResourceId": id_, "MaxCapacity": 10, **target})
    return Case(f"floor-{name}", "VOICE-002", breaks, resources)


def _action(**said: Any) -> dict[str, Any]:
    bounds = {"MinCapacity": 2, "MaxCapacity": 4}
    action = {"ScheduledActionName": "night", "Schedule": "cron(0 22 ? * * *)", "Timezone": "Europe/Paris"}
    return {**action, "ScalableTargetAction": bounds, **said}


API_FLOOR = (
    _floor("two", breaks=False, target={"MinCapacity": 2}),
    _floor("one", breaks=True, target={"MinCapacity": 1}),
    _floor("one-as-text", breaks=True, target={"MinCapacity": "1"}),
    _floor(
        "one-at-night",
        breaks=True,
        target={
            "MinCapacity": 2,
            "ScheduledActions": [_action(ScalableTargetAction={"MinCapacity": 1, "MaxCapacity": 4})],
        },
    ),
    _floor("two-at-night", breaks=False, target={"MinCapacity": 2, "ScheduledActions": [_action()]}),
    _floor("fixed-one", breaks=True, DesiredCount=1),
    _floor("fixed-two", breaks=False, DesiredCount=2),
    _floor("no-number-at-all", breaks=True),
    _floor("another-service", breaks=False, service="celery-data", target={"MinCapacity": 0}),
)


def _schedule(name: str, *, breaks: bool, **said: Any) -> Case:
    target = (TARGET, {"MinCapacity": 2, "MaxCapacity": 4, "ScheduledActions": [_action(), _action(**said)]})
    return Case(f"schedule-{name}", "VOICE-003", breaks, {"Target": target})


def _other_schedule(name: str, type_: str, *, breaks: bool, **properties: Any) -> Case:
    return Case(f"schedule-{name}", "VOICE-003", breaks, {"Schedule": (type_, properties)})


SCHEDULES = (
    _schedule("complete", breaks=False),
    _schedule("second-without-zone", breaks=True, Timezone=None),
    _schedule("empty-zone", breaks=True, Timezone=""),
    _schedule("minimum-only", breaks=True, ScalableTargetAction={"MinCapacity": 2}),
    _schedule("maximum-only", breaks=True, ScalableTargetAction={"MaxCapacity": 2}),
    _schedule("to-zero", breaks=False, ScalableTargetAction={"MinCapacity": 0, "MaxCapacity": 4}),
    _other_schedule("group-without-zone", "AWS::AutoScaling::ScheduledAction", breaks=True, Recurrence="0 9 * * *"),
    _other_schedule("group-with-zone", "AWS::AutoScaling::ScheduledAction", breaks=False, TimeZone="Europe/Paris"),
    _other_schedule("scheduler-without-zone", "AWS::Scheduler::Schedule", breaks=True, ScheduleExpression="cron(0 9)"),
    _other_schedule("rule-by-clock", "AWS::Events::Rule", breaks=True, ScheduleExpression="cron(0 9 * * ? *)"),
    _other_schedule("rule-by-interval", "AWS::Events::Rule", breaks=False, ScheduleExpression="rate(5 minutes)"),
)


def _tracking(name: str, *, breaks: bool, **tracking: Any) -> Case:
    policy = (
        POLICY,
        {"PolicyName": "cpu", "TargetTrackingScalingPolicyConfiguration": {"TargetValue": 60, **tracking}},
    )
    return Case(f"pace-{name}", "VOICE-004", breaks, {"Track": policy})


def _step(
    change: int, *, cooldown: int | None = 60, kind: str = "ChangeInCapacity", at_least: int | None = None
) -> Any:
    steps: dict[str, Any] = {"AdjustmentType": kind, "StepAdjustments": [{"ScalingAdjustment": change}]}
    steps |= {"Cooldown": cooldown} if cooldown else {}
    steps |= {"MinAdjustmentMagnitude": at_least} if at_least else {}
    return POLICY, {"ScalingTargetId": {"Ref": "Target"}, "StepScalingPolicyConfiguration": steps}


def _alarm(policy: str, *, periods: int = 1, **alarm: Any) -> Resource:
    return ALARM, {"EvaluationPeriods": periods, "Period": 60, "AlarmActions": [{"Ref": policy}], **alarm}


def _steps(
    name: str, *, breaks: bool, out: Resource, in_: Resource, patience: int = 10, more: Resources | None = None
) -> Case:
    resources: Resources = {
        "Target": (TARGET, {"MinCapacity": 1, "MaxCapacity": 9}),
        "Out": out,
        "In": in_,
        "High": _alarm("Out"),
        "Quiet": _alarm("In", periods=patience),
        **(more or {}),
    }
    return Case(f"pace-{name}", "VOICE-004", breaks, resources)


DOUBLE = _step(100, kind="PercentChangeInCapacity", at_least=4)
QUERY = [{"Id": "quiet", "MetricStat": {"Period": 60}}]
PACE = (
    _tracking("tracking-slower-in", breaks=False, ScaleInCooldown=300, ScaleOutCooldown=60),
    _tracking("tracking-faster-in", breaks=True, ScaleInCooldown=60, ScaleOutCooldown=300),
    _tracking("tracking-faster-by-default", breaks=True, ScaleOutCooldown=301),
    _tracking("tracking-guard", breaks=False, ScaleInCooldown=60, ScaleOutCooldown=300, DisableScaleIn=True),
    _steps("steps-slower-in", breaks=False, out=DOUBLE, in_=_step(-1)),
    _steps("steps-larger-in", breaks=True, out=_step(1), in_=_step(-2)),
    _steps("steps-sooner-in", breaks=True, out=_step(1), in_=_step(-1, cooldown=30)),
    _steps("steps-sooner-by-default-out", breaks=True, out=_step(1, cooldown=None), in_=_step(-1)),
    _steps("steps-larger-but-rarely", breaks=False, out=_step(1), in_=_step(-2, cooldown=120)),
    _steps("steps-larger-than-the-least-share", breaks=True, out=DOUBLE, in_=_step(-5)),
    _steps("steps-by-share-in", breaks=True, out=DOUBLE, in_=_step(-1, kind="PercentChangeInCapacity")),
    _steps("steps-impatient-in", breaks=True, out=DOUBLE, in_=_step(-1), patience=1),
    _steps(
        "steps-impatient-in-by-query",
        breaks=True,
        out=DOUBLE,
        in_=_step(-1),
        more={"Quiet": _alarm("In", Period=None, Metrics=QUERY)},
    ),
    _steps(
        "steps-beside-a-slow-way-out", breaks=False, out=DOUBLE, in_=_step(-1), more={"Wake": _step(1, cooldown=240)}
    ),
)


def _image(name: str, image: Any, *, breaks: bool) -> Case:
    return Case(f"image-{name}", "VOICE-005", breaks, {"Task": _task(image=image)})


REPOSITORY = {"Fn::Join": ["", [{"Fn::GetAtt": ["Repository", "RepositoryUri"]}, ":latest"]]}
DIGEST = "sha256:" + "0" * 64
IMAGE_TAGS = (
    _image("tagged", "123456789012.dkr.ecr.eu-west-1.amazonaws.com/voiceplane/agent:sha-1", breaks=False),
    _image("latest", "livekit/livekit-server:latest", breaks=True),
    _image("no-tag", "livekit/livekit-server", breaks=True),
    _image("no-tag-at-a-port", "localhost:5000/agent", breaks=True),
    _image("tag-at-a-port", "localhost:5000/agent:sha-1", breaks=False),
    _image("digest", f"livekit/livekit-server@{DIGEST}", breaks=False),
    _image("latest-at-a-digest", f"livekit/livekit-server:latest@{DIGEST}", breaks=False),
    _image("called-latest", "registry/latest:v1", breaks=False),
    _image("latest-of-a-reference", REPOSITORY, breaks=True),
    _image("unreadable", {"Fn::GetAtt": ["Repository", "RepositoryUri"]}, breaks=True),
    Case(
        "image-function-latest",
        "VOICE-005",
        True,
        {"Function": ("AWS::Lambda::Function", {"PackageType": "Image", "Code": {"ImageUri": "registry/x:latest"}})},
    ),
)


def _acting(name: str, *, breaks: bool, type_: str = ALARM, **alarm: Any) -> Case:
    return Case(f"alarm-{name}", "VOICE-006", breaks, {"Alarm": (type_, {"AlarmName": name, **alarm})})


TOPIC = ["arn:aws:sns:eu-west-1:123456789012:people"]


def _part(name: str, *, breaks: bool, **composite: Any) -> Case:
    together = ("AWS::CloudWatch::CompositeAlarm", {"AlarmName": "all", "AlarmActions": TOPIC, **composite})
    return Case(f"part-{name}", "VOICE-006", breaks, {"Alarm": (ALARM, {"AlarmName": "one"}), "Together": together})


ALARM_ACTIONS = (
    _acting("told", breaks=False, AlarmActions=TOPIC),
    _acting("without-action", breaks=True),
    _acting("empty", breaks=True, AlarmActions=[]),
    _acting("when-ok-only", breaks=True, OKActions=TOPIC),
    _acting("switched-off", breaks=True, AlarmActions=TOPIC, ActionsEnabled=False),
    _acting("composite", breaks=True, type_="AWS::CloudWatch::CompositeAlarm", AlarmRule="ALARM(x)"),
    _part("looked-at", breaks=False, AlarmRule='ALARM("zero") OR ALARM("one")'),
    _part("suppressing", breaks=False, AlarmRule='ALARM("zero")', ActionsSuppressor="one"),
    _part("not-looked-at", breaks=True, AlarmRule='ALARM("one-more")'),
    _part("of-nothing", breaks=True, AlarmActions=[], AlarmRule='ALARM("one")'),
)

CASES = STOP_TIMEOUT + API_FLOOR + SCHEDULES + PACE + IMAGE_TAGS + ALARM_ACTIONS
