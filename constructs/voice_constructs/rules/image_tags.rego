package voiceplane.image_tags

import rego.v1

# `latest` is another image tomorrow: a task that is replaced at night would run what nobody deployed.
violation contains v if {
	some name in resources_of_type("AWS::ECS::TaskDefinition")
	some i, container in input.resources[name].properties.ContainerDefinitions
	not pinned(container.Image)
	v := make_diag_at(
		"VOICE-005", "ERROR", name,
		sprintf("Properties.ContainerDefinitions.%d.Image", [i]),
		sprintf("%v runs %v: name a tag that never moves, or a digest", [container.Name, text(container.Image)]),
	)
}

violation contains v if {
	some name in resources_of_type("AWS::Lambda::Function")
	image := input.resources[name].properties.Code.ImageUri
	not pinned(image)
	v := make_diag_at(
		"VOICE-005", "ERROR", name, "Properties.Code.ImageUri",
		sprintf("runs %v: name a tag that never moves, or a digest", [text(image)]),
	)
}

pinned(image) if contains(text(image), "@sha256:")

pinned(image) if {
	[_, tag] := split(last_part(text(image)), ":")
	tag != "latest"
	tag != ""
}

# A registry may have a port, so a tag is behind the last slash only; a reference's name has colons of its own.
last_part(image) := path[count(path) - 1] if path := split(regex.replace(image, `\{[^}]*\}`, "x"), "/")

text(image) := image if is_string(image)

text(image) := image.__dynamic if image.__dynamic

text(image) := "what no template says" if {
	not is_string(image)
	not image.__dynamic
}
