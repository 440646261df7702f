"""Who may do what, and what is kept secret: IAM, KMS, Secrets Manager, SSM parameters."""

import json

from tests.fakes.cloudformation.errors import ResourceRefused
from tests.fakes.cloudformation.kind import Kind, Properties, Resource

_OWNERS = {"Roles": "Role", "Users": "User", "Groups": "Group"}


def _complete_role(role: Resource) -> None:
    for arn in role.take("ManagedPolicyArns", []):
        role.call("attach_role_policy", RoleName=role.name, PolicyArn=arn)
    for policy in role.take("Policies", []):
        role.call("put_role_policy", RoleName=role.name, **policy)


def _attach_inline(policy: Resource) -> None:
    document = {key: policy.properties[key] for key in ("PolicyName", "PolicyDocument")}
    if not any(policy.take(kind) for kind in _OWNERS):
        raise ResourceRefused(f"at least one of {', '.join(_OWNERS)} must be given")
    for kind, owner in _OWNERS.items():
        for name in policy.take(kind, []):
            policy.call(f"put_{owner.lower()}_policy", **{f"{owner}Name": name}, **document)


def _attach_managed(policy: Resource) -> None:
    arn = policy.answer["Policy"]["Arn"]
    for kind, owner in _OWNERS.items():
        for name in policy.take(kind, []):
            policy.call(f"attach_{owner.lower()}_policy", **{f"{owner}Name": name}, PolicyArn=arn)


def _fill_profile(profile: Resource) -> None:
    for role in profile.take("Roles", []):
        profile.call("add_role_to_instance_profile", InstanceProfileName=profile.name, RoleName=role)


def _complete_key(key: Resource) -> None:
    key_id = key.answer["KeyMetadata"]["KeyId"]
    if str(key.take("EnableKeyRotation", False)).lower() == "true":
        days = key.take("RotationPeriodInDays")
        key.call("enable_key_rotation", KeyId=key_id, **({"RotationPeriodInDays": days} if days else {}))
    if str(key.take("Enabled", True)).lower() == "false":
        key.call("disable_key", KeyId=key_id)


def _secret(secret: Resource) -> Properties:
    properties = dict(secret.properties)
    generate = properties.pop("GenerateSecretString", None)
    if generate is not None:
        properties["SecretString"] = _generated(secret, dict(generate))
    replicas = properties.pop("ReplicaRegions", [])
    if replicas:
        properties["AddReplicaRegions"] = replicas
    return properties


def _generated(secret: Resource, rules: Properties) -> str:
    template, key = rules.pop("SecretStringTemplate", None), rules.pop("GenerateStringKey", None)
    password = str(secret.call("get_random_password", **rules)["RandomPassword"])
    return password if template is None else json.dumps({**json.loads(template), key: password})


def _attach_target(attachment: Resource) -> None:
    """Write the database's address into the secret, as the service does."""
    if attachment.properties["TargetType"] != "AWS::RDS::DBInstance":
        raise ResourceRefused(f"the fake cannot attach a secret to {attachment.properties['TargetType']}")
    found = attachment.call(
        "describe_db_instances", service="rds", DBInstanceIdentifier=attachment.properties["TargetId"]
    )
    database = found["DBInstances"][0]
    held = attachment.call("get_secret_value", SecretId=attachment.properties["SecretId"])
    address = {
        "host": database["Endpoint"]["Address"],
        "port": database["Endpoint"]["Port"],
        "engine": database["Engine"],
        "dbInstanceIdentifier": database["DBInstanceIdentifier"],
        **({"dbname": database["DBName"]} if database.get("DBName") else {}),
    }
    text = json.dumps({**json.loads(held["SecretString"]), **address})
    attachment.call("put_secret_value", SecretId=attachment.properties["SecretId"], SecretString=text)


KINDS = {
    "AWS::IAM::Role": Kind(
        service="iam",
        create="create_role",
        attributes={"Arn": "answer.Role.Arn", "RoleId": "answer.Role.RoleId"},
        name="RoleName",
        name_limit=64,
        later=frozenset({"ManagedPolicyArns", "Policies"}),
        then=_complete_role,
    ),
    "AWS::IAM::Policy": Kind(
        service="iam",
        ref="props.PolicyName",
        attributes={"Id": "props.PolicyName"},
        unique=None,
        then=_attach_inline,
    ),
    "AWS::IAM::ManagedPolicy": Kind(
        service="iam",
        create="create_policy",
        ref="answer.Policy.Arn",
        attributes={"PolicyArn": "answer.Policy.Arn", "PolicyId": "answer.Policy.PolicyId"},
        name="ManagedPolicyName",
        renames={"ManagedPolicyName": "PolicyName"},
        later=frozenset({"Roles", "Users", "Groups"}),
        then=_attach_managed,
    ),
    "AWS::IAM::InstanceProfile": Kind(
        service="iam",
        create="create_instance_profile",
        attributes={"Arn": "answer.InstanceProfile.Arn"},
        name="InstanceProfileName",
        later=frozenset({"Roles"}),
        then=_fill_profile,
    ),
    "AWS::IAM::OIDCProvider": Kind(
        service="iam",
        create="create_open_id_connect_provider",
        ref="answer.OpenIDConnectProviderArn",
        attributes={"Arn": "answer.OpenIDConnectProviderArn"},
        unique=("Url",),
    ),
    "AWS::KMS::Key": Kind(
        service="kms",
        create="create_key",
        ref="answer.KeyMetadata.KeyId",
        attributes={"Arn": "answer.KeyMetadata.Arn", "KeyId": "answer.KeyMetadata.KeyId"},
        renames={"KeyPolicy": "Policy"},
        later=frozenset({"EnableKeyRotation", "RotationPeriodInDays", "Enabled", "PendingWindowInDays"}),
        then=_complete_key,
    ),
    "AWS::KMS::Alias": Kind(service="kms", create="create_alias", ref="props.AliasName"),
    "AWS::SecretsManager::Secret": Kind(
        service="secretsmanager",
        create="create_secret",
        ref="answer.ARN",
        attributes={"Id": "answer.ARN"},
        name="Name",
        prepare=_secret,
    ),
    "AWS::SecretsManager::SecretTargetAttachment": Kind(
        service="secretsmanager",
        ref="props.SecretId",
        attributes={"Id": "props.SecretId"},
        unique=("SecretId",),
        then=_attach_target,
    ),
    "AWS::SecretsManager::ResourcePolicy": Kind(
        service="secretsmanager",
        create="put_resource_policy",
        ref="props.SecretId",
        attributes={"Id": "props.SecretId"},
        unique=("SecretId",),
    ),
    "AWS::SSM::Parameter": Kind(
        service="ssm",
        create="put_parameter",
        attributes={"Type": "props.Type", "Value": "props.Value"},
        name="Name",
    ),
}
