package voiceplane.alarm_actions

import rego.v1

# An alarm that does nothing is a light in an empty room – unless a composite alarm of the same template looks at it.
violation contains v if {
	some type in ["AWS::CloudWatch::Alarm", "AWS::CloudWatch::CompositeAlarm"]
	some name in resources_of_type(type)
	not acts(input.resources[name].properties)
	not is_looked_at(input.resources[name].properties)
	v := make_diag_at(
		"VOICE-006", "ERROR", name, "Properties.AlarmActions",
		"the alarm does nothing: tell the topic, or set off a policy",
	)
}

is_looked_at(alarm) if {
	some name in resources_of_type("AWS::CloudWatch::CompositeAlarm")
	contains(input.resources[name].properties.AlarmRule, concat("", ["(\"", alarm.AlarmName, "\")"]))
}

is_looked_at(alarm) if {
	some name in resources_of_type("AWS::CloudWatch::CompositeAlarm")
	input.resources[name].properties.ActionsSuppressor == alarm.AlarmName
}

acts(alarm) if {
	count(alarm.AlarmActions) > 0
	not switched_off(alarm)
}

switched_off(alarm) if alarm.ActionsEnabled == false

switched_off(alarm) if alarm.ActionsEnabled == "false"
