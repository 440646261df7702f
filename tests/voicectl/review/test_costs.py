"""The bill is quantities times prices, as anybody can follow on paper; every price says where it is from.

A month has 730 hours, and 43,800 minutes. The examples use round prices of their own.
"""

from datetime import date
from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError

from tests.synthesis import Synthesis
from tests.voicectl.review.small import action, assembly_of, service
from voicectl.review.cost.bill import Bill, bill_of
from voicectl.review.cost.prices import Price, read_prices
from voicectl.review.cost.seed import SIZES, TABLE, TOTALS, beside_seed

ROUND = {
    "fargate.arm64_vcpu_hour": 0.04,
    "fargate.arm64_gib_hour": 0.005,
    "fargate.spot_share": 0.25,
    "rds.db.m7g.large": 0.2,
    "rds.gp3_gib_month": 0.1,
    "elasticache.cache.t4g.small": 0.03,
    "elasticache.valkey_share": 0.8,
    "ec2.c7g.large": 0.07,
    "ebs.gp3_gib_month": 0.08,
    "network.public_ipv4_hour": 0.005,
    "network.nat_hour": 0.05,
    "network.nat_gb": 0.05,
    "network.out_gb": 0.1,
    "network.interface_endpoint_hour": 0.01,
    "load_balancer.application_hour": 0.02,
    "load_balancer.network_hour": 0.03,
    "cloudwatch.alarm_metric_month": 0.1,
    "secrets.secret_month": 0.4,
}
PRICES = {
    key: Price(unit="each", date=date(2026, 11, 21), source="made up for this test", usd=usd)
    for key, usd in ROUND.items()
}


def bill(resources: dict[str, Any]) -> Bill:
    """Price these resources at the round prices."""
    return bill_of(assembly_of(resources), prices=PRICES)


def resource(type_: str, **properties: Any) -> dict[str, Any]:
    """One resource."""
    return {"Type": type_, "Properties": properties}


def test_two_tasks_around_the_clock() -> None:
    """2 tasks × 1 vCPU × 730 h × 0.04 = 58.40; 2 × 2 GiB × 730 h × 0.005 = 14.60; together 73.00."""
    priced = bill(service("api", vcpus=1, gib=2, tasks=2))

    assert [round(line.usd.floor, 2) for line in priced.lines] == [58.40, 14.60]
    assert priced.usd.floor == pytest.approx(73.00)
    assert priced.usd.ceiling == pytest.approx(73.00)


def test_spot_is_a_share_of_the_price() -> None:
    """The same two tasks on Spot at a quarter: 18.25."""
    assert bill(service("data", vcpus=1, gib=2, tasks=2, spot=True)).usd.floor == pytest.approx(18.25)


def test_the_average_follows_the_schedule() -> None:
    """4 tasks half the day, 2 the other half: 3 on average, 3 × (29.20 + 7.30) = 109.50; the most is 6: 219.00."""
    day, night = action("cron(0 6 ? * * *)", low=4, high=6), action("cron(0 18 ? * * *)", low=2, high=6)

    usd = bill(service("api", vcpus=1, gib=2, tasks=2, high=6, actions=[day, night])).usd

    assert (usd.floor, usd.average, usd.ceiling) == pytest.approx((73.00, 109.50, 219.00))


def test_a_database_in_two_zones_is_paid_twice() -> None:
    """2 × 730 h × 0.20 = 292.00 and 2 × 50 GiB × 0.10 = 10.00; its own managed secret is 0.40; together 302.40."""
    database = resource(
        "AWS::RDS::DBInstance",
        DBInstanceClass="db.m7g.large",
        MultiAZ=True,
        AllocatedStorage="50",
        ManageMasterUserPassword=True,
    )

    assert bill({"Database": database}).usd.floor == pytest.approx(302.40)


def test_valkey_is_paid_by_the_node_at_its_share() -> None:
    """1 primary + 2 replicas = 3 nodes × 730 h × 0.03 × 0.8 = 52.56."""
    group = resource(
        "AWS::ElastiCache::ReplicationGroup",
        CacheNodeType="cache.t4g.small",
        Engine="valkey",
        NumNodeGroups=1,
        ReplicasPerNodeGroup=2,
    )

    assert bill({"Live": group}).usd.floor == pytest.approx(52.56)


def test_the_network_is_paid_whoever_calls() -> None:
    """Three kinds of things that stand there day and night, and the addresses of those that face the world.

    1 NAT gateway × 730 h × 0.05 = 36.50; 1 endpoint in 2 subnets × 730 h × 0.01 = 14.60; an ALB 14.60 and an NLB 21.90;
    addresses: 1 EIP + 2 of the ALB, 3 × 730 h × 0.005 = 10.95; together 98.55.
    """
    elb = "AWS::ElasticLoadBalancingV2::LoadBalancer"
    network = {
        "Nat": resource("AWS::EC2::NatGateway"),
        "Address": resource("AWS::EC2::EIP"),
        "Endpoint": resource("AWS::EC2::VPCEndpoint", VpcEndpointType="Interface", SubnetIds=["a", "b"]),
        "Free": resource("AWS::EC2::VPCEndpoint", VpcEndpointType="Gateway", RouteTableIds=["a"]),
        "Api": resource(elb, Type="application", Scheme="internet-facing", Subnets=["a", "b"]),
        "Turn": resource(elb, Type="network", Scheme="internet-facing", SubnetMappings=[{}, {}]),
    }

    assert bill(network).usd.floor == pytest.approx(98.55)


def test_an_alarm_is_paid_by_the_metrics_it_reads() -> None:
    """One with one metric and one with three: 4 × 0.10 = 0.40."""
    queries = [{"Id": f"m{number}", "MetricStat": {}} for number in range(3)]
    math = resource("AWS::CloudWatch::Alarm", Metrics=[*queries, {"Id": "e", "Expression": "m0 + m1 + m2"}])

    priced = bill({"One": resource("AWS::CloudWatch::Alarm", MetricName="A"), "Three": math})

    assert priced.usd.floor == pytest.approx(0.40)


def test_a_session_minute_shares_the_month_among_the_sessions() -> None:
    """An agent of 10 sessions for 36.50 a month, fully used: 36.50 ÷ (10 × 43,800) = 0.0000833; half used: twice that.

    Data on top: 0.0049 GB × 0.05 + 0.00044 GB × 0.10 = 0.000289.
    """
    priced = bill(service("agent", vcpus=1, gib=2, tasks=1, capacity=10))

    assert priced.sessions.floor == 10
    assert priced.data_usd == pytest.approx(0.000289)
    assert priced.per_session_minute("floor", use=1) == pytest.approx(0.00008333 + 0.000289, abs=1e-8)
    assert priced.per_session_minute("floor", use=0.5) == pytest.approx(0.00016667 + 0.000289, abs=1e-8)


def test_without_agents_there_is_no_session_minute() -> None:
    """Dividing by nothing would say it is free."""
    assert bill(service("api", vcpus=1, gib=2, tasks=2)).per_session_minute("floor", use=1) is None


def test_what_has_no_price_is_named_and_not_free() -> None:
    """An instance type that is not in the table."""
    database = resource("AWS::RDS::DBInstance", DBInstanceClass="db.x9.huge")

    priced = bill({"Database": database})

    assert priced.unpriced == ("Database, 1× db.x9.huge (rds.db.x9.huge)",)


def test_everything_in_the_shipped_environments_has_a_price(synthesis: Synthesis) -> None:
    """A size that somebody chooses tomorrow is priced tomorrow; these are."""
    priced = bill_of(synthesis.assembly, prices=read_prices())

    assert priced.unpriced == ()
    assert 0 < priced.usd.floor <= priced.usd.average <= priced.usd.ceiling


@pytest.mark.xdist_group("prod")
def test_the_cost_page_says_what_the_review_says(prod: Synthesis) -> None:
    """Its numbers were typed; a price or a resource that changes changes them."""
    page = (Path(__file__).parents[3] / "docs" / "costs.md").read_text()
    priced = bill_of(prod.assembly, prices=read_prices())
    seed = beside_seed(priced)
    assert seed is not None
    rows = {line.what: line.ours for line in seed.lines if line.ours is not None} | {"in all": priced.usd.ceiling}

    said = {cells[0]: cells[2] for cells in map(_cells, page.splitlines()) if len(cells) == 4}

    assert {what: said[what] for what in rows} == {what: f"{usd:,.0f}" for what, usd in rows.items()}
    assert f"schedule's average the bill is ${priced.usd.average:,.0f} a month" in page
    assert f"${priced.usd.floor:,.0f} for {priced.sessions.floor:.0f} sessions" in page
    assert f"at the ceiling, ${priced.per_session_minute('ceiling', use=1):.5f}" in page


def _cells(line: str) -> list[str]:
    return [cell.strip() for cell in line.strip("|").split(" | ")]


def test_every_price_says_when_and_where_it_was_read() -> None:
    """An invented price is believed as much as a real one."""
    for key, price in read_prices().items():
        assert price.date <= date(2030, 1, 1), key
        assert price.unverified or "aws.amazon.com" in price.source, f"{key} is verified by whom?"


@pytest.mark.parametrize("missing", ["unit", "date", "source", "usd"])
def test_a_price_without_its_origin_is_refused(missing: str) -> None:
    """The table cannot be read, so nobody can forget."""
    entry = {"unit": "hour", "date": date(2026, 11, 21), "source": "https://example.com", "usd": 1.0}
    del entry[missing]

    with pytest.raises(ValidationError, match=missing):
        Price.model_validate(entry)


def test_the_seeds_own_rows_do_not_add_to_its_total() -> None:
    """100 sessions add up; 1,000 do not (ruling D25): 3,600 by its rows, 3,560 printed."""
    added = [sum(values[column] for values in TABLE.values()) for column in range(len(SIZES))]

    assert added == [510, 3600, 14040]
    assert TOTALS == (510, 3560, 14040)


def test_our_ceiling_stands_beside_the_seeds_nearest_size() -> None:
    """80 agents of 10 are 800 sessions: beside 1,000, not beside 100."""
    seed = beside_seed(bill(service("agent", vcpus=1, gib=2, tasks=80, capacity=10)))

    assert seed is not None
    assert (seed.sessions, seed.our_sessions, seed.printed) == (1000, 800, 3560)
    assert seed.per_session_minute == pytest.approx(3560 / (1000 * 43_800))
    assert {line.what: line.ours for line in seed.lines}["agents"] == pytest.approx(80 * 36.50)
