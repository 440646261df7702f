"""What the world meets first: DNS, certificates, the firewall, Amplify; and names inside the VPC."""

import base64
from typing import Any

from tests.fakes.cloudformation.errors import ResourceRefused
from tests.fakes.cloudformation.kind import Kind, Properties, Resource


def _certificate(certificate: Resource) -> Properties:
    properties = dict(certificate.properties)
    validated = properties.pop("DomainValidationOptions", [])
    domains = [option for option in validated if "ValidationDomain" in option]
    if domains:
        properties["DomainValidationOptions"] = domains
    preference = properties.pop("CertificateTransparencyLoggingPreference", None)
    if preference:
        properties["Options"] = {"CertificateTransparencyLoggingPreference": preference}
    return properties


def _zone(zone: Resource) -> Properties:
    properties = {key: held for key, held in zone.properties.items() if key not in ("VPCs", "HostedZoneTags")}
    if zone.take("VPCs"):
        properties["VPC"] = zone.take("VPCs")[0]
    return {"CallerReference": f"{zone.home.stack_id}/{zone.logical_resource_id}", **properties}


def _complete_zone(zone: Resource) -> None:
    zone_id = zone.answer["HostedZone"]["Id"].rpartition("/")[2]
    for vpc in zone.take("VPCs", [])[1:]:
        zone.call("associate_vpc_with_hosted_zone", HostedZoneId=zone_id, VPC=vpc)
    if zone.take("HostedZoneTags"):
        zone.call(
            "change_tags_for_resource",
            ResourceType="hostedzone",
            ResourceId=zone_id,
            AddTags=zone.take("HostedZoneTags"),
        )


def _record(record: Resource) -> Properties:
    outside = ("HostedZoneId", "HostedZoneName", "Comment")
    record_set = {key: held for key, held in record.properties.items() if key not in outside}
    if "ResourceRecords" in record_set:
        record_set["ResourceRecords"] = [{"Value": value} for value in record_set["ResourceRecords"]]
    if "AliasTarget" in record_set:
        record_set["AliasTarget"] = {"EvaluateTargetHealth": False, **record_set["AliasTarget"]}
    batch = {"Changes": [{"Action": "CREATE", "ResourceRecordSet": record_set}], "Comment": record.take("Comment", "")}
    return {"HostedZoneId": record.take("HostedZoneId") or _zone_called(record), "ChangeBatch": batch}


def _zone_called(record: Resource) -> str:
    name = record.properties["HostedZoneName"]
    for zone in record.call("list_hosted_zones")["HostedZones"]:
        if zone["Name"] == name:
            return str(zone["Id"].rpartition("/")[2])
    raise ResourceRefused(f"there is no hosted zone {name}")


def _await_operation(resource: Resource) -> None:
    operation = resource.call("get_operation", OperationId=resource.answer["OperationId"])["Operation"]
    namespace = operation["Targets"]["NAMESPACE"]
    resource.more["namespace"] = resource.call("get_namespace", Id=namespace)["Namespace"]


def _app(app: Resource) -> Properties:
    properties = _with_credentials(app.properties)
    automatic = dict(properties.get("AutoBranchCreationConfig", {}))
    for name in ("EnableAutoBranchCreation", "AutoBranchCreationPatterns"):
        if name in automatic:
            properties[name] = automatic.pop(name)
    if automatic:
        properties["AutoBranchCreationConfig"] = _with_credentials(automatic)
    return properties


def _with_credentials(given: Properties) -> Properties:
    properties = dict(given)
    config: dict[str, Any] = properties.pop("BasicAuthConfig", {})
    if "EnableBasicAuth" in config:
        properties["enableBasicAuth"] = config["EnableBasicAuth"]
    if "Username" in config:
        pair = f"{config['Username']}:{config['Password']}"
        properties["basicAuthCredentials"] = base64.b64encode(pair.encode()).decode()
    return properties


def _branch(branch: Resource) -> Properties:
    return _with_credentials(branch.properties)


KINDS = {
    "AWS::CertificateManager::Certificate": Kind(
        service="acm",
        create="request_certificate",
        ref="answer.CertificateArn",
        attributes={"CertificateArn": "answer.CertificateArn"},
        unique=None,
        prepare=_certificate,
    ),
    "AWS::Route53::HostedZone": Kind(
        service="route53",
        create="create_hosted_zone",
        ref="after(answer.HostedZone.Id, '/')",
        attributes={"Id": "after(answer.HostedZone.Id, '/')", "NameServers": "answer.DelegationSet.NameServers"},
        prepare=_zone,
        then=_complete_zone,
    ),
    "AWS::Route53::RecordSet": Kind(
        service="route53",
        create="change_resource_record_sets",
        ref="props.Name",
        unique=("HostedZoneId", "HostedZoneName", "Name", "Type", "SetIdentifier"),
        prepare=_record,
    ),
    "AWS::WAFv2::WebACL": Kind(
        service="wafv2",
        create="create_web_acl",
        ref="join('|', [name, answer.Summary.Id, props.Scope])",
        attributes={
            "Arn": "answer.Summary.ARN",
            "Id": "answer.Summary.Id",
            "LabelNamespace": "join(':', ['awswaf', account, 'webacl', name, ''])",
        },
        name="Name",
        unique=("Name", "Scope"),
    ),
    "AWS::WAFv2::WebACLAssociation": Kind(
        service="wafv2",
        create="associate_web_acl",
        ref="join('|', [props.ResourceArn, props.WebACLArn])",
        unique=("ResourceArn",),
    ),
    "AWS::WAFv2::LoggingConfiguration": Kind(
        service="wafv2",
        create="put_logging_configuration",
        ref="props.ResourceArn",
        prepare=lambda logging: {"LoggingConfiguration": logging.properties},
    ),
    "AWS::ServiceDiscovery::PrivateDnsNamespace": Kind(
        service="servicediscovery",
        create="create_private_dns_namespace",
        ref="more.namespace.Id",
        attributes={
            "Id": "more.namespace.Id",
            "Arn": "more.namespace.Arn",
            "HostedZoneId": "more.namespace.Properties.DnsProperties.HostedZoneId",
        },
        unique=("Name", "Vpc"),
        then=_await_operation,
    ),
    "AWS::ServiceDiscovery::Service": Kind(
        service="servicediscovery",
        create="create_service",
        ref="answer.Service.Id",
        attributes={"Id": "answer.Service.Id", "Arn": "answer.Service.Arn", "Name": "answer.Service.Name"},
        name="Name",
        unique=("Name", "NamespaceId"),
    ),
    "AWS::Amplify::App": Kind(
        service="amplify",
        create="create_app",
        ref="answer.app.appArn",
        attributes={
            "Arn": "answer.app.appArn",
            "AppId": "answer.app.appId",
            "AppName": "answer.app.name",
            "DefaultDomain": "answer.app.defaultDomain",
        },
        unique=None,
        renames={"IAMServiceRole": "iamServiceRoleArn"},
        prepare=_app,
    ),
    "AWS::Amplify::Branch": Kind(
        service="amplify",
        create="create_branch",
        ref="answer.branch.branchArn",
        attributes={"Arn": "answer.branch.branchArn", "BranchName": "answer.branch.branchName"},
        unique=("AppId", "BranchName"),
        prepare=_branch,
    ),
    "AWS::Amplify::Domain": Kind(
        service="amplify",
        create="create_domain_association",
        ref="answer.domainAssociation.domainAssociationArn",
        attributes={
            "Arn": "answer.domainAssociation.domainAssociationArn",
            "DomainName": "answer.domainAssociation.domainName",
            "DomainStatus": "answer.domainAssociation.domainStatus",
        },
        unique=("AppId", "DomainName"),
    ),
}
