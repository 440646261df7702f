"""What callers, pages and LiveKit itself reach, and what they are answered."""

from typing import Any

import pytest

from contract.timing import WEBSOCKET_PING_SECONDS
from tests.stacks.values import Values
from tests.synthesis import Synthesis
from voicectl.review.templates import Assembly, Properties

ELB = "AWS::ElasticLoadBalancingV2"
PUBLIC = ("ApiBalancer", "SignalBalancer", "WebSocketBalancer")  # those that speak HTTP


@pytest.fixture(scope="module")
def balancers(assembly: Assembly) -> dict[str, Properties]:
    """Properties of every load balancer, by its construct's name."""
    found = assembly.of_type(f"{ELB}::LoadBalancer")
    return {balancer.logical_id[:-8]: balancer.properties for _, balancer in found}


def test_every_public_http_balancer_has_a_firewall(assembly: Assembly, balancers: dict[str, Properties]) -> None:
    """A balancer that was forgotten is the one that is found."""
    guarded = {
        Values(assembly).place(association.properties["ResourceArn"], stack=stack).logical_id[:-8]
        for stack, association in assembly.of_type("AWS::WAFv2::WebACLAssociation")
    }

    assert guarded == set(PUBLIC)
    assert guarded <= set(balancers)


def test_firewalls_count_what_callers_really_send(assembly: Assembly) -> None:
    """AWS refuses bodies over 8 KB, long queries and nameless clients: prompts, tokens and native SDKs."""
    for _, firewall in assembly.of_type("AWS::WAFv2::WebACL"):
        common = firewall.properties["Rules"][0]["Statement"]["ManagedRuleGroupStatement"]

        counted = {each["Name"] for each in common["RuleActionOverrides"] if each["ActionToUse"] == {"Count": {}}}
        assert common["Name"] == "AWSManagedRulesCommonRuleSet"
        assert counted == {"SizeRestrictions_BODY", "SizeRestrictions_QUERYSTRING", "NoUserAgent_HEADER"}


def test_listeners_take_tls_only_and_answer_404_by_themselves(assembly: Assembly) -> None:
    """What no rule names is answered without waking a task; nothing is spoken in clear."""
    for _, listener in assembly.of_type(f"{ELB}::Listener"):
        assert (listener.properties["Protocol"], listener.properties["Port"]) in (("HTTPS", 443), ("TLS", 443))
        assert "TLS13-1-2" in listener.properties["SslPolicy"]
        if listener.properties["Protocol"] == "HTTPS":
            [action] = listener.properties["DefaultActions"]
            assert action["FixedResponseConfig"]["StatusCode"] == "404"


def test_callbacks_and_webhooks_are_answered_inside_only(assembly: Assembly) -> None:
    """An agent's callbacks and LiveKit's webhooks end sessions; from outside there is only a 404."""
    paths = _paths(assembly)

    assert paths["ApiBalancer"] == ["/api/*"]
    assert paths["WebSocketBalancer"] == ["/voice", "/events"]
    assert {"/internal/*", "/webhooks/*"} <= set(paths["InternalBalancer"])


def test_a_quiet_socket_outlives_the_balancers_idle_timeout(balancers: dict[str, Properties]) -> None:
    """Our pings come three times before a balancer would give up."""
    for name in ("WebSocketBalancer", "SignalBalancer"):
        attributes = _attributes(balancers[name]["LoadBalancerAttributes"])
        assert int(attributes["idle_timeout.timeout_seconds"]) >= 3 * WEBSOCKET_PING_SECONDS
        assert int(attributes["client_keep_alive.seconds"]) >= 3600


def test_every_balancer_keeps_an_access_log(balancers: dict[str, Properties]) -> None:
    """The first question of every incident is who asked for what."""
    for name, balancer in balancers.items():
        assert _attributes(balancer["LoadBalancerAttributes"])["access_logs.s3.enabled"] == "true", name


def test_livekit_without_valkey_is_not_taken_out_by_its_balancer(assembly: Assembly) -> None:
    """The server answers 406 then, and goes on carrying calls; replacing the node would end them."""
    groups = {group.logical_id: group.properties for _, group in assembly.of_type(f"{ELB}::TargetGroup")}
    signal = next(group for name, group in groups.items() if "Signal" in name)

    assert signal["Matcher"]["HttpCode"] == "200,406"


def test_turn_has_fixed_addresses_in_every_zone(assembly: Assembly, balancers: dict[str, Properties]) -> None:
    """Companies open their firewalls to addresses, not to names."""
    mappings = balancers["TurnBalancer"]["SubnetMappings"]
    addresses = {mapping["AllocationId"]["Fn::GetAtt"][0] for mapping in mappings}

    assert balancers["TurnBalancer"]["Type"] == "network"
    assert len(addresses) == len(mappings) >= 2
    assert addresses <= {address.logical_id for _, address in assembly.of_type("AWS::EC2::EIP")}


def test_records_are_aliases_or_live_for_a_minute(synthesis: Synthesis) -> None:
    """A region that is taken out must be out within a minute."""
    for _, record in synthesis.assembly.of_type("AWS::Route53::RecordSet"):
        assert "AliasTarget" in record.properties or record.properties["TTL"] == "60", record.logical_id


def test_targets_are_checked_often_and_left_quickly(assembly: Assembly) -> None:
    """A balancer's wait only lets requests end: calls are waited for by the process that carries them."""
    for _, group in assembly.of_type(f"{ELB}::TargetGroup"):
        delay = int(_attributes(group.properties["TargetGroupAttributes"])["deregistration_delay.timeout_seconds"])
        assert group.properties["HealthCheckIntervalSeconds"] <= 10, group.logical_id
        assert 0 < delay <= 300, group.logical_id


def test_the_page_is_built_from_its_folder(assembly: Assembly) -> None:
    """Amplify reads a build specification for many apps only when it is told which of them this is."""
    [app] = [app.properties for _, app in assembly.of_type("AWS::Amplify::App")]

    variables = {each["Name"]: each["Value"] for each in app["EnvironmentVariables"]}

    assert variables["AMPLIFY_MONOREPO_APP_ROOT"] == "frontend"
    assert "appRoot: frontend\n" in app["BuildSpec"]


def _attributes(attributes: list[dict[str, Any]]) -> dict[str, Any]:
    return {attribute["Key"]: attribute["Value"] for attribute in attributes}


def _paths(assembly: Assembly) -> dict[str, list[str]]:
    """Answer which paths each balancer forwards."""
    paths: dict[str, list[str]] = {}
    for stack, rule in assembly.of_type(f"{ELB}::ListenerRule"):
        listener = stack.properties_of(rule.properties["ListenerArn"])
        name = listener["LoadBalancerArn"]["Ref"][:-8]
        for condition in rule.properties["Conditions"]:
            paths.setdefault(name, []).extend(condition["PathPatternConfig"]["Values"])
    return paths
