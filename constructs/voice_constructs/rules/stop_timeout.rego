package voiceplane.stop_timeout

import rego.v1

# Fargate kills a container 120 s after SIGTERM at the latest. ECS refuses a longer stop timeout at
# registration, in the middle of a deployment, and CDK does not check it. On EC2 any value is allowed.
violation contains v if {
	some name in resources_of_type("AWS::ECS::TaskDefinition")
	on_fargate(name)
	some i, container in input.resources[name].properties.ContainerDefinitions
	seconds := container.StopTimeout
	not within_limit(seconds)
	v := make_diag_at(
		"VOICE-001", "ERROR", name,
		sprintf("Properties.ContainerDefinitions.%d.StopTimeout", [i]),
		sprintf("stop timeout of %v is %v s; Fargate allows 120: lower it", [container.Name, seconds]),
	)
}

within_limit(seconds) if to_number(seconds) <= 120

on_fargate(name) if "FARGATE" in input.resources[name].properties.RequiresCompatibilities

# A task definition that does not say so itself, but that a service runs on Fargate.
on_fargate(name) if {
	some service in resources_of_type("AWS::ECS::Service")
	properties := input.resources[service].properties
	properties.TaskDefinition.__ref == name
	runs_on_fargate(properties)
}

runs_on_fargate(properties) if properties.LaunchType == "FARGATE"

runs_on_fargate(properties) if {
	some item in properties.CapacityProviderStrategy
	startswith(item.CapacityProvider, "FARGATE")
}
