package voiceplane.schedules

import rego.v1

# Without a time zone a schedule is on UTC's clock, and twice a year an hour beside its peak.
violation contains v if {
	some name in resources_of_type("AWS::ApplicationAutoScaling::ScalableTarget")
	some i, action in input.resources[name].properties.ScheduledActions
	not said(action, "Timezone")
	v := make_diag_at(
		"VOICE-003", "ERROR", name,
		sprintf("Properties.ScheduledActions.%d.Timezone", [i]),
		sprintf("%v has no time zone: name the environment's", [action.ScheduledActionName]),
	)
}

# A minimum alone leaves the maximum of whichever action ran before.
violation contains v if {
	some name in resources_of_type("AWS::ApplicationAutoScaling::ScalableTarget")
	some i, action in input.resources[name].properties.ScheduledActions
	some bound in ["MinCapacity", "MaxCapacity"]
	not has(object.get(action, "ScalableTargetAction", {}), bound)
	v := make_diag_at(
		"VOICE-003", "ERROR", name,
		sprintf("Properties.ScheduledActions.%d.ScalableTargetAction", [i]),
		sprintf("%v sets no %s: set both bounds", [action.ScheduledActionName, bound]),
	)
}

violation contains v if {
	some name in resources_of_type("AWS::AutoScaling::ScheduledAction")
	not said(input.resources[name].properties, "TimeZone")
	v := make_diag_at("VOICE-003", "ERROR", name, "Properties.TimeZone", "no time zone: name the environment's")
}

violation contains v if {
	some name in resources_of_type("AWS::Scheduler::Schedule")
	not said(input.resources[name].properties, "ScheduleExpressionTimezone")
	v := make_diag_at(
		"VOICE-003", "ERROR", name,
		"Properties.ScheduleExpressionTimezone", "no time zone: name the environment's",
	)
}

violation contains v if {
	some name in resources_of_type("AWS::Events::Rule")
	startswith(input.resources[name].properties.ScheduleExpression, "cron(")
	v := make_diag_at(
		"VOICE-003", "ERROR", name,
		"Properties.ScheduleExpression", "a rule of EventBridge knows no time zone: use a schedule of its Scheduler",
	)
}

said(object_, key) if count(object_[key]) > 0

has(object_, key) if is_number(to_number(object_[key]))
