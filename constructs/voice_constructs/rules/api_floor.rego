package voiceplane.api_floor

import rego.v1

# One task is no service during a deployment or the loss of a zone (seed S81): not at night, not in a
# scheduled window, not fixed.
violation contains v if {
	some name in apis
	some target in targets_of(name)
	minimum := input.resources[target].properties.MinCapacity
	not enough(minimum)
	v := make_diag_at("VOICE-002", "ERROR", target, "Properties.MinCapacity", too_few(minimum))
}

violation contains v if {
	some name in apis
	some target in targets_of(name)
	some i, action in input.resources[target].properties.ScheduledActions
	minimum := action.ScalableTargetAction.MinCapacity
	not enough(minimum)
	v := make_diag_at(
		"VOICE-002", "ERROR", target,
		sprintf("Properties.ScheduledActions.%d.ScalableTargetAction.MinCapacity", [i]),
		too_few(minimum),
	)
}

# Without autoscaling the number is fixed; without a number ECS runs one task.
violation contains v if {
	some name in apis
	count(targets_of(name)) == 0
	fixed := object.get(input.resources[name].properties, "DesiredCount", 1)
	not enough(fixed)
	v := make_diag_at("VOICE-002", "ERROR", name, "Properties.DesiredCount", too_few(fixed))
}

apis contains name if {
	some name in resources_of_type("AWS::ECS::Service")
	input.resources[name].properties.ServiceName == "api"
}

targets_of(service) := {target |
	some target in resources_of_type("AWS::ApplicationAutoScaling::ScalableTarget")
	scales(input.resources[target].properties.ResourceId, service)
}

scales(id, service) if contains(id.__dynamic, sprintf("/{ref:%s}", [service]))

scales(id, _) if endswith(id, "/api")

enough(minimum) if to_number(minimum) >= 2

too_few(minimum) := sprintf("the API has %v tasks at least; it needs 2 always: raise it", [minimum])
