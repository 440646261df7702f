"""The VPC and what is inside: subnets, routes, gateways, endpoints, security groups, network ACLs."""

from collections.abc import Callable
from typing import Any

from tests.fakes.cloudformation.kind import Kind, Properties, Resource


def _tagged(ec2_type: str) -> Callable[[Resource], Properties]:
    """EC2 takes tags only as a specification that repeats the type of what is tagged."""

    def prepare(resource: Resource) -> Properties:
        properties = dict(resource.properties)
        tags = properties.pop("Tags", [])
        if tags:
            properties["TagSpecifications"] = [{"ResourceType": ec2_type, "Tags": tags}]
        return properties

    return prepare


def _complete_vpc(vpc: Resource) -> None:
    vpc_id = vpc.answer["Vpc"]["VpcId"]
    for name in ("EnableDnsSupport", "EnableDnsHostnames"):
        if name in vpc.properties:
            flag: Properties = {name: {"Value": vpc.properties[name]}}
            vpc.call("modify_vpc_attribute", VpcId=vpc_id, **flag)
    here = [{"Name": "vpc-id", "Values": [vpc_id]}]
    groups = vpc.call("describe_security_groups", Filters=[*here, {"Name": "group-name", "Values": ["default"]}])
    lists = vpc.call("describe_network_acls", Filters=[*here, {"Name": "default", "Values": ["true"]}])
    vpc.more["group"] = groups["SecurityGroups"][0]["GroupId"]
    vpc.more["acl"] = lists["NetworkAcls"][0]["NetworkAclId"]


def _complete_subnet(subnet: Resource) -> None:
    subnet_id = subnet.answer["Subnet"]["SubnetId"]
    if "MapPublicIpOnLaunch" in subnet.properties:
        flag = {"Value": subnet.properties["MapPublicIpOnLaunch"]}
        subnet.call("modify_subnet_attribute", SubnetId=subnet_id, MapPublicIpOnLaunch=flag)


def _attach(attachment: Resource) -> None:
    if attachment.take("VpnGatewayId"):
        attachment.call("attach_vpn_gateway", **attachment.properties)
    else:
        attachment.call("attach_internet_gateway", **attachment.properties)


def _flow_log(log: Resource) -> Properties:
    properties = _tagged("vpc-flow-log")(log)
    properties["ResourceIds"] = [properties.pop("ResourceId")]
    return properties


def _group(group: Resource) -> Properties:
    properties = _tagged("security-group")(group)
    properties["Description"] = properties.pop("GroupDescription")
    return properties


def _complete_group(group: Resource) -> None:
    group_id = group.answer["GroupId"]
    for rule in group.take("SecurityGroupIngress", []):
        group.call("authorize_security_group_ingress", GroupId=group_id, IpPermissions=[_permission(rule)])
    if group.take("SecurityGroupEgress"):
        everything = {"IpProtocol": "-1", "IpRanges": [{"CidrIp": "0.0.0.0/0"}]}
        group.call("revoke_security_group_egress", GroupId=group_id, IpPermissions=[everything])
    for rule in group.take("SecurityGroupEgress", []):
        group.call("authorize_security_group_egress", GroupId=group_id, IpPermissions=[_permission(rule)])


def _permission(rule: Properties) -> Properties:
    """A CloudFormation rule, which names one peer, as EC2's permission, which lists them."""
    permission: Properties = {key: rule[key] for key in ("IpProtocol", "FromPort", "ToPort") if key in rule}
    note = {"Description": rule["Description"]} if "Description" in rule else {}
    owner = {"UserId": rule["SourceSecurityGroupOwnerId"]} if "SourceSecurityGroupOwnerId" in rule else {}
    peers: dict[str, tuple[str, dict[str, Any]]] = {
        "CidrIp": ("IpRanges", {}),
        "CidrIpv6": ("Ipv6Ranges", {}),
        "SourcePrefixListId": ("PrefixListIds", {}),
        "DestinationPrefixListId": ("PrefixListIds", {}),
        "SourceSecurityGroupId": ("UserIdGroupPairs", owner),
        "DestinationSecurityGroupId": ("UserIdGroupPairs", owner),
    }
    for name, (target, extra) in peers.items():
        if name in rule:
            key = {"UserIdGroupPairs": "GroupId", "PrefixListIds": "PrefixListId"}.get(target, name)
            permission[target] = [{key: rule[name], **note, **extra}]
    return permission


def _rule(rule: Resource) -> Properties:
    return {"GroupId": rule.take("GroupId"), "IpPermissions": [_permission(rule.properties)]}


def _swap_acl(association: Resource) -> Properties:
    here = [{"Name": "association.subnet-id", "Values": [association.properties["SubnetId"]]}]
    for acl in association.call("describe_network_acls", Filters=here)["NetworkAcls"]:
        for held in acl["Associations"]:
            if held["SubnetId"] == association.properties["SubnetId"]:
                association.more["old"] = held["NetworkAclAssociationId"]
    return {"AssociationId": association.more["old"], "NetworkAclId": association.properties["NetworkAclId"]}


def _address(address: Resource) -> Properties:
    properties = _tagged("elastic-ip")(address)
    properties.setdefault("Domain", "vpc")
    return properties


_RULE_ID = "answer.SecurityGroupRules[0].SecurityGroupRuleId"

KINDS = {
    "AWS::EC2::VPC": Kind(
        service="ec2",
        create="create_vpc",
        ref="answer.Vpc.VpcId",
        attributes={
            "VpcId": "answer.Vpc.VpcId",
            "CidrBlock": "answer.Vpc.CidrBlock",
            "DefaultSecurityGroup": "more.group",
            "DefaultNetworkAcl": "more.acl",
        },
        later=frozenset({"EnableDnsSupport", "EnableDnsHostnames"}),
        prepare=_tagged("vpc"),
        then=_complete_vpc,
    ),
    "AWS::EC2::Subnet": Kind(
        service="ec2",
        create="create_subnet",
        ref="answer.Subnet.SubnetId",
        attributes={
            "SubnetId": "answer.Subnet.SubnetId",
            "AvailabilityZone": "answer.Subnet.AvailabilityZone",
            "CidrBlock": "answer.Subnet.CidrBlock",
            "VpcId": "answer.Subnet.VpcId",
        },
        later=frozenset({"MapPublicIpOnLaunch"}),
        prepare=_tagged("subnet"),
        then=_complete_subnet,
    ),
    "AWS::EC2::RouteTable": Kind(
        service="ec2",
        create="create_route_table",
        ref="answer.RouteTable.RouteTableId",
        attributes={"RouteTableId": "answer.RouteTable.RouteTableId"},
        prepare=_tagged("route-table"),
    ),
    "AWS::EC2::Route": Kind(
        service="ec2",
        create="create_route",
        ref="join('|', [props.RouteTableId, props.DestinationCidrBlock || props.DestinationIpv6CidrBlock])",
        unique=("RouteTableId", "DestinationCidrBlock", "DestinationIpv6CidrBlock", "DestinationPrefixListId"),
    ),
    "AWS::EC2::SubnetRouteTableAssociation": Kind(
        service="ec2",
        create="associate_route_table",
        ref="answer.AssociationId",
        attributes={"Id": "answer.AssociationId"},
        unique=("SubnetId",),
    ),
    "AWS::EC2::InternetGateway": Kind(
        service="ec2",
        create="create_internet_gateway",
        ref="answer.InternetGateway.InternetGatewayId",
        attributes={"InternetGatewayId": "answer.InternetGateway.InternetGatewayId"},
        prepare=_tagged("internet-gateway"),
    ),
    "AWS::EC2::VPCGatewayAttachment": Kind(
        service="ec2",
        ref="join('|', [props.VpnGatewayId && 'VPN' || 'IGW', props.VpcId])",
        unique=("VpcId", "InternetGatewayId", "VpnGatewayId"),
        then=_attach,
    ),
    "AWS::EC2::NatGateway": Kind(
        service="ec2",
        create="create_nat_gateway",
        ref="answer.NatGateway.NatGatewayId",
        attributes={"NatGatewayId": "answer.NatGateway.NatGatewayId"},
        prepare=_tagged("natgateway"),
    ),
    "AWS::EC2::EIP": Kind(
        service="ec2",
        create="allocate_address",
        ref="answer.PublicIp",
        attributes={"AllocationId": "answer.AllocationId", "PublicIp": "answer.PublicIp"},
        prepare=_address,
    ),
    "AWS::EC2::VPCEndpoint": Kind(
        service="ec2",
        create="create_vpc_endpoint",
        ref="answer.VpcEndpoint.VpcEndpointId",
        attributes={
            "Id": "answer.VpcEndpoint.VpcEndpointId",
            "CreationTimestamp": "answer.VpcEndpoint.CreationTimestamp",
            "DnsEntries": "answer.VpcEndpoint.DnsEntries[].join(':', [HostedZoneId, DnsName])",
            "NetworkInterfaceIds": "answer.VpcEndpoint.NetworkInterfaceIds",
        },
        prepare=_tagged("vpc-endpoint"),
    ),
    "AWS::EC2::FlowLog": Kind(
        service="ec2",
        create="create_flow_logs",
        ref="answer.FlowLogIds[0]",
        attributes={"Id": "answer.FlowLogIds[0]"},
        prepare=_flow_log,
    ),
    "AWS::EC2::SecurityGroup": Kind(
        service="ec2",
        create="create_security_group",
        ref="answer.GroupId",
        attributes={"GroupId": "answer.GroupId", "Id": "answer.GroupId", "VpcId": "props.VpcId"},
        name="GroupName",
        unique=None,
        later=frozenset({"SecurityGroupIngress", "SecurityGroupEgress"}),
        prepare=_group,
        then=_complete_group,
    ),
    "AWS::EC2::SecurityGroupIngress": Kind(
        service="ec2",
        create="authorize_security_group_ingress",
        ref=_RULE_ID,
        attributes={"Id": _RULE_ID},
        prepare=_rule,
    ),
    "AWS::EC2::SecurityGroupEgress": Kind(
        service="ec2",
        create="authorize_security_group_egress",
        ref=_RULE_ID,
        attributes={"Id": _RULE_ID},
        prepare=_rule,
    ),
    "AWS::EC2::VPCPeeringConnection": Kind(
        service="ec2",
        create="create_vpc_peering_connection",
        ref="answer.VpcPeeringConnection.VpcPeeringConnectionId",
        attributes={"Id": "answer.VpcPeeringConnection.VpcPeeringConnectionId"},
        later=frozenset({"PeerRoleArn"}),
        prepare=_tagged("vpc-peering-connection"),
    ),
    "AWS::EC2::NetworkAcl": Kind(
        service="ec2",
        create="create_network_acl",
        ref="answer.NetworkAcl.NetworkAclId",
        attributes={"Id": "answer.NetworkAcl.NetworkAclId"},
        prepare=_tagged("network-acl"),
    ),
    "AWS::EC2::NetworkAclEntry": Kind(
        service="ec2",
        create="create_network_acl_entry",
        ref="join('-', [props.NetworkAclId, to_string(props.RuleNumber), to_string(props.Egress || `false`)])",
        unique=("NetworkAclId", "RuleNumber", "Egress"),
        renames={"Icmp": "IcmpTypeCode"},
        prepare=lambda entry: {"Egress": False, **entry.properties},
    ),
    "AWS::EC2::SubnetNetworkAclAssociation": Kind(
        service="ec2",
        create="replace_network_acl_association",
        ref="answer.NewAssociationId",
        attributes={"AssociationId": "answer.NewAssociationId"},
        prepare=_swap_acl,
    ),
}
