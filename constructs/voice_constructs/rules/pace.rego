package voiceplane.pace

import rego.v1

# A tier that shrinks as fast as it grows swings with its load, and takes tasks from under callers.

# Application Auto Scaling's own for ECS, when a policy names none.
default_cooldown := 300

# Target tracking: AWS decides by how much, we decide how often.
violation contains v if {
	some name in resources_of_type("AWS::ApplicationAutoScaling::ScalingPolicy")
	tracking := input.resources[name].properties.TargetTrackingScalingPolicyConfiguration
	not only_adds(tracking)
	not waits_as_long(tracking)
	v := make_diag_at(
		"VOICE-004", "ERROR", name,
		"Properties.TargetTrackingScalingPolicyConfiguration.ScaleInCooldown",
		sprintf(
			"shrinks every %v s and grows every %v s: raise the scale-in cooldown",
			[seconds(tracking, "ScaleInCooldown"), seconds(tracking, "ScaleOutCooldown")],
		),
	)
}

only_adds(tracking) if tracking.DisableScaleIn == true

only_adds(tracking) if tracking.DisableScaleIn == "true"

waits_as_long(tracking) if seconds(tracking, "ScaleInCooldown") >= seconds(tracking, "ScaleOutCooldown")

# Step scaling: tasks per second in, against the fastest way out of the same target.
violation contains v if {
	some name in resources_of_type("AWS::ApplicationAutoScaling::ScalingPolicy")
	step := steps_in(name)
	step.tasks / step.cooldown > fastest_out(target_of(name))
	v := make_diag_at(
		"VOICE-004", "ERROR", name,
		"Properties.StepScalingPolicyConfiguration",
		sprintf("takes %v tasks every %v s, faster than any policy adds: raise its cooldown", [step.tasks, step.cooldown]),
	)
}

# A share of the fleet is no number of tasks: at 100 tasks, -10 % is ten.
violation contains v if {
	some name in resources_of_type("AWS::ApplicationAutoScaling::ScalingPolicy")
	steps_in(name)
	configuration(name).AdjustmentType != "ChangeInCapacity"
	v := make_diag_at(
		"VOICE-004", "ERROR", name,
		"Properties.StepScalingPolicyConfiguration.AdjustmentType",
		"takes a share of the tasks away: take a number of them",
	)
}

# And patience: the alarm that shrinks must look for longer than the first that grows.
violation contains v if {
	some name in resources_of_type("AWS::ApplicationAutoScaling::ScalingPolicy")
	steps_in(name)
	waits := windows_of(name)
	out := {window |
		some other in steps_out_of(target_of(name))
		some window in windows_of(other)
	}
	count(out) > 0
	some window in waits
	window <= min(out)
	v := make_diag_at(
		"VOICE-004", "ERROR", name,
		"Properties.StepScalingPolicyConfiguration",
		sprintf("shrinks after %v s and grows after %v s: let the alarm wait longer", [window, min(out)]),
	)
}

# What a policy takes at once, at worst.
steps_in(name) := {"tasks": max(taken), "cooldown": seconds(configuration(name), "Cooldown")} if {
	taken := {tasks |
		some change in changes(name)
		change < 0
		tasks := 0 - change
	}
	count(taken) > 0
}

steps_out_of(target) := {name |
	some name in resources_of_type("AWS::ApplicationAutoScaling::ScalingPolicy")
	target_of(name) == target
	some change in changes(name)
	change > 0
}

# Tasks per second that the fastest policy adds at least; none means that the target only ever shrinks.
fastest_out(target) := max({0} | {pace |
	some name in steps_out_of(target)
	pace := added_at_least(name) / seconds(configuration(name), "Cooldown")
})

added_at_least(name) := tasks if {
	configuration(name).AdjustmentType == "PercentChangeInCapacity"
	tasks := to_number(object.get(configuration(name), "MinAdjustmentMagnitude", 1))
} else := tasks if {
	tasks := max(changes(name))
}

changes(name) := {change |
	some step in configuration(name).StepAdjustments
	change := to_number(step.ScalingAdjustment)
}

configuration(name) := input.resources[name].properties.StepScalingPolicyConfiguration

target_of(name) := input.resources[name].properties.ScalingTargetId

target_of(name) := input.resources[name].properties.ResourceId if not input.resources[name].properties.ScalingTargetId

# For how long the alarms of a policy look, in seconds.
windows_of(policy) := {window |
	some name in resources_of_type("AWS::CloudWatch::Alarm")
	alarm := input.resources[name].properties
	some action in alarm.AlarmActions
	action.__ref == policy
	window := to_number(alarm.EvaluationPeriods) * period(alarm)
}

period(alarm) := length if {
	length := to_number(alarm.Period)
} else := length if {
	lengths := {each |
		some query in alarm.Metrics
		each := to_number(query.MetricStat.Period)
	}
	length := max(lengths)
}

seconds(object_, key) := to_number(object.get(object_, key, default_cooldown))
