"""Step scaling: one policy out for each signal, and a single one in.

A step policy's scale-in is held back by nothing, so there must be only one, on an alarm that knows
all signals. Growing by a share and shrinking by a number are different policies: a negative
number in a policy of percents would mean percents (facts: cdk §7).
"""

from dataclasses import dataclass
from typing import Any, Final

from aws_cdk import aws_applicationautoscaling as scaling
from aws_cdk import aws_cloudwatch as cloudwatch
from constructs import Construct

from voice_constructs.scaling.alarm import Alarms
from voice_constructs.scaling.rules import Steps
from voice_constructs.scaling.signal import WITHOUT_TASKS, Signal, Source

# A task needs 90 s to start (facts: aws E15) and a minute or two to be counted; asking again earlier would start more.
WAKE_COOLDOWN_SECONDS: Final = 240

_Policy = scaling.CfnScalingPolicy


@dataclass(frozen=True)
class StepPolicies:
    """Makes one tier's step policies, each with its alarm.

    Attributes:
        running: The number of its running tasks.
    """

    scope: Construct
    tier: str
    target_id: str
    running: Source

    def make(self, steps: Steps, *, from_zero: bool) -> dict[str, cloudwatch.CfnAlarm]:
        """Make them all.

        Args:
            from_zero: The tier may have no task at all, and must then wake.

        Returns:
            The alarms by the name of their policy.
        """
        alarms = [self._out(signal, steps) for signal in steps.signals]
        if from_zero and steps.waking:
            alarms.append(self._wake(steps.waking, steps))
        return dict([*alarms, self._in(steps)])

    def _out(self, signal: Signal, steps: Steps) -> tuple[str, cloudwatch.CfnAlarm]:
        name = f"{self.tier}-out-{signal.name}"
        title = signal.name.title().replace("-", "")
        policy = self._policy(
            f"Out{title}",
            name,
            adjustment_type="PercentChangeInCapacity",
            adjustment=steps.scale_out.percent,
            min_adjustment_magnitude=steps.scale_out.at_least,
            cooldown=steps.scale_out.cooldown_seconds,
            falls=signal.grows == "<",
        )
        return name, self._alarms.high(signal, name=title, action=policy.ref)

    def _wake(self, waking: Source, steps: Steps) -> tuple[str, cloudwatch.CfnAlarm]:
        """Start the first tasks as soon as there is anything to do: a share of no tasks would be none."""
        name = f"{self.tier}-out-from-zero"
        policy = self._policy(
            "OutFromZero",
            name,
            adjustment_type="ChangeInCapacity",
            adjustment=steps.scale_out.at_least,
            cooldown=WAKE_COOLDOWN_SECONDS,
        )
        signal = Signal(waking, grows=">", high=0, low=0, expression=WITHOUT_TASKS)
        return name, self._alarms.high(signal, name="FromZero", action=policy.ref)

    def _in(self, steps: Steps) -> tuple[str, cloudwatch.CfnAlarm]:
        name = f"{self.tier}-in"
        policy = self._policy(
            "In",
            name,
            adjustment_type="ChangeInCapacity",
            adjustment=-steps.scale_in.step,
            cooldown=steps.scale_in.cooldown_seconds,
        )
        signals = steps.signals + steps.guards
        return name, self._alarms.quiet(signals, seconds=steps.scale_in.quiet_seconds, action=policy.ref)

    def _policy(
        self, id_: str, name: str, *, adjustment: int, falls: bool = False, **configuration: Any
    ) -> scaling.CfnScalingPolicy:
        """Make a policy of one step, from the alarm's threshold on in the direction of the breach."""
        bound = "metric_interval_upper_bound" if falls else "metric_interval_lower_bound"
        step = _Policy.StepAdjustmentProperty(scaling_adjustment=adjustment, **{bound: 0})
        return _Policy(
            self.scope,
            id_,
            policy_name=name,
            policy_type="StepScaling",
            scaling_target_id=self.target_id,
            step_scaling_policy_configuration=_Policy.StepScalingPolicyConfigurationProperty(
                metric_aggregation_type="Average", step_adjustments=[step], **configuration
            ),
        )

    @property
    def _alarms(self) -> Alarms:
        return Alarms(self.scope, tier=self.tier, running=self.running)
