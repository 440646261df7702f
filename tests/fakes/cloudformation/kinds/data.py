"""Databases and caches: RDS and ElastiCache."""

from moto.elasticache.models import elasticache_backends
from moto.rds.models import rds_backends

from tests.fakes.cloudformation.kind import Kind, Properties, Resource
from tests.fakes.cloudformation.memory import remember

# Only for changing an instance that exists, or for its deletion.
_WITHOUT_EFFECT_ON_CREATE = frozenset(
    {"AllowMajorVersionUpgrade", "ApplyImmediately", "DeleteAutomatedBackups", "UseDefaultProcessorFeatures"}
)
# A replica takes these from its source; the API has no parameter for them.
_INHERITED_BY_REPLICA = frozenset({"Engine", "EngineVersion", "StorageEncrypted", "MasterUsername", "DBName"})


def _instance(instance: Resource) -> Properties:
    properties = dict(instance.properties)
    if "VPCSecurityGroups" in properties:
        properties["VpcSecurityGroupIds"] = properties.pop("VPCSecurityGroups")
    managed = properties.pop("MasterUserSecret", {})
    if "KmsKeyId" in managed:
        properties["MasterUserSecretKmsKeyId"] = managed["KmsKeyId"]
    return {key: held for key, held in properties.items() if key not in _WITHOUT_EFFECT_ON_CREATE}


def _create_instance(instance: Resource) -> None:
    if "SourceDBInstanceIdentifier" in instance.properties:
        params = {key: held for key, held in instance.params.items() if key not in _INHERITED_BY_REPLICA}
        instance.answer = instance.call("create_db_instance_read_replica", **params)
        return
    instance.answer = instance.call("create_db_instance", **instance.params)
    kept = rds_backends[instance.home.account][instance.home.region].databases[instance.name]
    remember(kept, instance, operation="create_db_instance")


def _remember_group(group: Resource) -> None:
    kept = elasticache_backends[group.home.account][group.home.region].replication_groups[group.name]
    remember(kept, group, operation="create_replication_group")


def _set_database_parameters(group: Resource) -> None:
    parameters = [
        {"ParameterName": name, "ParameterValue": value, "ApplyMethod": "pending-reboot"}
        for name, value in group.take("Parameters", {}).items()
    ]
    for start in range(0, len(parameters), 20):  # the API's limit
        group.call(
            "modify_db_parameter_group", DBParameterGroupName=group.name, Parameters=parameters[start : start + 20]
        )


def _set_cache_parameters(group: Resource) -> None:
    parameters = [
        {"ParameterName": name, "ParameterValue": value} for name, value in group.take("Properties", {}).items()
    ]
    if parameters:
        group.call("modify_cache_parameter_group", CacheParameterGroupName=group.name, ParameterNameValues=parameters)


KINDS = {
    "AWS::RDS::DBInstance": Kind(
        service="rds",
        attributes={
            "Endpoint.Address": "answer.DBInstance.Endpoint.Address",
            "Endpoint.Port": "to_string(answer.DBInstance.Endpoint.Port)",
            "Endpoint.HostedZoneId": "answer.DBInstance.Endpoint.HostedZoneId",
            "DBInstanceArn": "answer.DBInstance.DBInstanceArn",
            "DbiResourceId": "answer.DBInstance.DbiResourceId",
            "MasterUserSecret.SecretArn": "answer.DBInstance.MasterUserSecret.SecretArn",
        },
        name="DBInstanceIdentifier",
        name_limit=63,
        name_lower=True,
        prepare=_instance,
        then=_create_instance,
    ),
    "AWS::RDS::DBSubnetGroup": Kind(
        service="rds",
        create="create_db_subnet_group",
        attributes={"DBSubnetGroupArn": "answer.DBSubnetGroup.DBSubnetGroupArn"},
        name="DBSubnetGroupName",
        name_lower=True,
    ),
    "AWS::RDS::DBParameterGroup": Kind(
        service="rds",
        create="create_db_parameter_group",
        attributes={
            "DBParameterGroupName": "name",
            "DBParameterGroupArn": "answer.DBParameterGroup.DBParameterGroupArn",
        },
        name="DBParameterGroupName",
        name_lower=True,
        renames={"Family": "DBParameterGroupFamily"},
        later=frozenset({"Parameters"}),
        then=_set_database_parameters,
    ),
    "AWS::ElastiCache::ReplicationGroup": Kind(
        service="elasticache",
        create="create_replication_group",
        attributes={
            "PrimaryEndPoint.Address": "answer.ReplicationGroup.NodeGroups[0].PrimaryEndpoint.Address",
            "PrimaryEndPoint.Port": "to_string(answer.ReplicationGroup.NodeGroups[0].PrimaryEndpoint.Port)",
            "ReaderEndPoint.Address": "answer.ReplicationGroup.NodeGroups[0].ReaderEndpoint.Address",
            "ReaderEndPoint.Port": "to_string(answer.ReplicationGroup.NodeGroups[0].ReaderEndpoint.Port)",
            "ConfigurationEndPoint.Address": "answer.ReplicationGroup.ConfigurationEndpoint.Address",
            "ConfigurationEndPoint.Port": "to_string(answer.ReplicationGroup.ConfigurationEndpoint.Port)",
        },
        name="ReplicationGroupId",
        name_limit=40,
        name_lower=True,
        then=_remember_group,
    ),
    "AWS::ElastiCache::SubnetGroup": Kind(
        service="elasticache",
        create="create_cache_subnet_group",
        name="CacheSubnetGroupName",
        name_lower=True,
        renames={"Description": "CacheSubnetGroupDescription"},
    ),
    "AWS::ElastiCache::ParameterGroup": Kind(
        service="elasticache",
        create="create_cache_parameter_group",
        attributes={"CacheParameterGroupName": "name"},
        name="CacheParameterGroupName",
        name_lower=True,
        later=frozenset({"Properties"}),
        then=_set_cache_parameters,
    ),
}
