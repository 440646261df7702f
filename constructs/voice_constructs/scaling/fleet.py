"""A service's scalable target with everything that changes its number of tasks."""

from aws_cdk import aws_applicationautoscaling as scaling
from aws_cdk import aws_cloudwatch as cloudwatch
from aws_cdk import aws_ecs as ecs
from constructs import Construct

from config.sections.capacity import Tasks
from config.sections.schedule import Schedule
from config.tiers import TIER_KEYS
from voice_constructs.scaling.actions import Action, scheduled_actions
from voice_constructs.scaling.errors import FloorTooLow
from voice_constructs.scaling.forecast import forecast_policy
from voice_constructs.scaling.rules import Rules
from voice_constructs.scaling.sources import running_tasks
from voice_constructs.scaling.steps import StepPolicies
from voice_constructs.scaling.tracking import tracking_policy
from voice_constructs.scaling.weekly import Profile

_Target = scaling.CfnScalableTarget


class FleetScaling(Construct):
    """The number of tasks of one service: fixed, or between bounds that a schedule moves.

    Attributes:
        target: None for a fixed number of tasks.
        alarms: Those of its step policies, by the policy's name; AWS makes those of target tracking itself.
    """

    def __init__(
        self, service: ecs.BaseService, id_: str, *, tier: str, tasks: Tasks, schedule: Schedule, rules: Rules
    ) -> None:
        """Scale a service, unless its number of tasks is fixed.

        Args:
            tier: Its name in the schedule's windows.

        Raises:
            FloorTooLow: A profile goes below what the tier needs.
            TooManyActions: The schedule needs more than AWS keeps.
        """
        super().__init__(service, id_)
        self.target: scaling.CfnScalableTarget | None = None
        self.alarms: dict[str, cloudwatch.CfnAlarm] = {}
        _set_desired_count(service, tasks.fixed)
        if tasks.fixed is not None:
            return
        profile = Profile.of(schedule, tier=tier, tasks=tasks)
        _refuse_low_floor(profile, tier=tier, rules=rules)
        self.target = self._target(service, profile, tier=tier, schedule=schedule)
        self._follow(service, rules, tier=tier, target=self.target, profile=profile)

    def _target(
        self, service: ecs.BaseService, profile: Profile, *, tier: str, schedule: Schedule
    ) -> scaling.CfnScalableTarget:
        """Register the service; the target's own bounds let every profile through."""
        actions = scheduled_actions(profile, holidays=schedule.holidays, tier=tier)
        return _Target(
            self,
            "Target",
            service_namespace="ecs",
            scalable_dimension="ecs:service:DesiredCount",
            resource_id=f"service/{service.cluster.cluster_name}/{service.service_name}",
            min_capacity=profile.widest.min,
            max_capacity=profile.widest.max,
            scheduled_actions=[_scheduled(action, time_zone=schedule.time_zone) for action in actions],
        )

    def _follow(
        self, service: ecs.BaseService, rules: Rules, *, tier: str, target: scaling.CfnScalableTarget, profile: Profile
    ) -> None:
        """Make the policies."""
        running, target_id = running_tasks(service), target.ref
        for tracking in rules.tracking:
            tracking_policy(self, tracking, tier=tier, target_id=target_id)
        if rules.steps:
            policies = StepPolicies(self, tier=tier, target_id=target_id, running=running)
            self.alarms = policies.make(rules.steps, from_zero=profile.widest.min == 0)
        if rules.forecast:
            forecast_policy(
                self, rules.forecast, tier=tier, target_id=target_id, running=running, lead_minutes=profile.lead
            )


def _set_desired_count(service: ecs.BaseService, fixed: int | None) -> None:
    """Fix the number of tasks, or leave it to the scaling: a template's number would undo it at each deployment."""
    resource = service.node.default_child
    assert isinstance(resource, ecs.CfnService)
    resource.desired_count = fixed


def _refuse_low_floor(profile: Profile, *, tier: str, rules: Rules) -> None:
    slots = profile.weekday + profile.weekend
    floors = {f"{TIER_KEYS[tier]}.tasks.min": profile.base.min}
    floors |= {f'schedule.{slot.kind}["{slot.name}"].tasks.{tier}.min': slot.bounds.min for slot in slots}
    for key, lowest in floors.items():
        if lowest < rules.floor:
            raise FloorTooLow(f"{key} is {lowest}; {tier} may have {lowest} tasks but needs {rules.floor}; raise it")


def _scheduled(action: Action, *, time_zone: str) -> scaling.CfnScalableTarget.ScheduledActionProperty:
    return _Target.ScheduledActionProperty(
        scheduled_action_name=action.name,
        schedule=action.when,
        timezone=time_zone,
        scalable_target_action=_Target.ScalableTargetActionProperty(
            min_capacity=action.bounds.min, max_capacity=action.bounds.max
        ),
    )
