"""ECS: clusters, capacity providers, task definitions, services."""

from moto.ecs.models import ecs_backends

from tests.fakes.cloudformation.errors import ResourceRefused
from tests.fakes.cloudformation.kind import Kind, Properties, Resource
from tests.fakes.cloudformation.memory import remember

_OFFERED_BY_AWS = frozenset({"FARGATE", "FARGATE_SPOT"})


def _check_providers(association: Resource) -> Properties:
    wanted = sorted(set(association.take("CapacityProviders", [])) - _OFFERED_BY_AWS)
    answer = association.call("describe_capacity_providers", capacityProviders=wanted)
    missing = set(wanted) - {provider["name"] for provider in answer["capacityProviders"]}
    if missing:
        raise ResourceRefused(f"capacity providers {', '.join(sorted(missing))} do not exist")
    return dict(association.properties)


def _check_containers(service: Resource) -> Properties:
    """ECS refuses a load balancer or registry that names a container or port the task does not have."""
    properties = dict(service.properties)
    properties.setdefault("DesiredCount", 1)
    definition = service.call("describe_task_definition", taskDefinition=properties["TaskDefinition"])["taskDefinition"]
    ports = {
        (container["name"], mapping["containerPort"])
        for container in definition["containerDefinitions"]
        for mapping in container.get("portMappings", [])
    }
    for balancer in properties.get("LoadBalancers", []):
        wanted = (balancer.get("ContainerName"), int(balancer.get("ContainerPort", 0)))
        if wanted not in ports:
            raise ResourceRefused(f"the container {wanted[0]} has no port {wanted[1]} in the task definition")
    _check_strategy(service)
    return properties


def _check_strategy(service: Resource) -> None:
    cluster = service.call("describe_clusters", clusters=[service.take("Cluster", "default")])["clusters"]
    offered = {name for found in cluster for name in found.get("capacityProviders", [])}
    for item in service.take("CapacityProviderStrategy", []):
        if item["CapacityProvider"] not in offered:
            raise ResourceRefused(f"capacity provider {item['CapacityProvider']} is not associated with the cluster")


def _remember(service: Resource) -> None:
    """Keep what moto's CreateService drops, such as the deployment configuration; DescribeServices then shows it."""
    backend = ecs_backends[service.home.account][service.home.region]
    kept = next(held for held in backend.services.values() if held.arn == service.answer["service"]["serviceArn"])
    remember(kept, service, operation="create_service")
    if "CapacityProviderStrategy" in service.params:
        kept.launch_type = None


KINDS = {
    "AWS::ECS::Cluster": Kind(
        service="ecs",
        create="create_cluster",
        attributes={"Arn": "answer.cluster.clusterArn"},
        name="ClusterName",
        renames={"ClusterSettings": "settings"},
    ),
    "AWS::ECS::CapacityProvider": Kind(
        service="ecs",
        create="create_capacity_provider",
        name="Name",
        renames={"ClusterName": "cluster"},
    ),
    "AWS::ECS::ClusterCapacityProviderAssociations": Kind(
        service="ecs",
        create="put_cluster_capacity_providers",
        ref="props.Cluster",
        prepare=_check_providers,
    ),
    "AWS::ECS::TaskDefinition": Kind(
        service="ecs",
        create="register_task_definition",
        ref="answer.taskDefinition.taskDefinitionArn",
        attributes={"TaskDefinitionArn": "answer.taskDefinition.taskDefinitionArn"},
        name="Family",
        unique=None,
    ),
    "AWS::ECS::Service": Kind(
        service="ecs",
        create="create_service",
        ref="answer.service.serviceArn",
        attributes={"Name": "answer.service.serviceName", "ServiceArn": "answer.service.serviceArn"},
        name="ServiceName",
        unique=("ServiceName", "Cluster"),
        renames={"PlacementStrategies": "placementStrategy"},
        later=frozenset({"ForceNewDeployment"}),
        prepare=_check_containers,
        then=_remember,
    ),
}
