"""A drill on AWS goes on until somebody is told, leaves everything as it was, and says why it does not begin."""

import json
from pathlib import Path

import boto3
import pytest
from moto.core import set_initial_no_auth_action_count

from tests.voicectl.drill.account import NOW, REGION, Account, Clock, drill_of
from voicectl.drill.account import Region
from voicectl.drill.aws import Drill, NotRehearsed, Way, notifications, rehearse, ways
from voicectl.drill.chosen import chosen
from voicectl.drill.errors import AccountSilent, LeftOn
from voicectl.drill.rehearsals import Rehearsal, read
from voicectl.drill.run import Outcome, run


def way_of(account: Account, name: str) -> Way | NotRehearsed:
    """How one would be rehearsed."""
    [way] = ways([account.alarm(name)], among=account.placed, regions=account.regions)
    return way


def rehearsed(account: Account, name: str, *, drill: Drill | None = None) -> Rehearsal | NotRehearsed:
    """One, to the end."""
    way = way_of(account, name)
    assert isinstance(way, Way), way
    return rehearse(way, region=account.regions[REGION], drill=drill or drill_of())


def reader() -> dict[str, str]:
    """Variables of somebody who may look at alarms, and no more."""
    iam = boto3.client("iam")
    iam.create_user(UserName="reader")
    actions = ["monitoring:Describe*", "sns:List*"]  # moto takes the endpoint's name for the service's
    policy = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": actions, "Resource": "*"}]}
    iam.put_user_policy(UserName="reader", PolicyName="look", PolicyDocument=json.dumps(policy))
    key = iam.create_access_key(UserName="reader")["AccessKey"]
    return {"AWS_ACCESS_KEY_ID": key["AccessKeyId"], "AWS_SECRET_ACCESS_KEY": key["SecretAccessKey"]}


def run_all(account: Account, word: str, *, record: Path, agreed: bool = True) -> list[Outcome]:
    """The command without its terminal."""
    return run(
        chosen(account.placed, word=word),
        among=account.placed,
        environment="prod",
        drill=drill_of(),
        record=record,
        agreed=lambda _question: agreed,
        report=lambda _outcome: None,
    )


def test_the_notification_arrives_and_says_that_it_is_a_drill(account: Account) -> None:
    """An alarm is tested when somebody got it; who gets it must not begin to mend."""
    outcome = rehearsed(account, "CeleryDataQueueDepth")

    on, over = account.arrived()
    assert isinstance(outcome, Rehearsal)
    assert (outcome.how, outcome.by, outcome.on, outcome.over_seconds) == ("set", "Ada Example", NOW, None)
    assert outcome.result == "1 told"
    assert on["AlarmName"] == "voiceplane-prod-CeleryDataQueueDepth"
    assert on["NewStateReason"] == "This is a drill, begun by Ada Example at 2026-11-21 12:00 UTC. Nothing is broken."
    assert (over["NewStateValue"], account.state("CeleryDataQueueDepth")) == ("OK", "OK")


def test_a_part_is_heard_through_its_composite(account: Account) -> None:
    """It tells nobody itself; that the other one does is what has to be seen."""
    outcome = rehearsed(account, "DatabaseSilent")

    assert isinstance(outcome, Rehearsal)
    assert outcome.result == "1 told through voiceplane-prod-DatabaseAway"
    assert [each["AlarmName"] for each in account.arrived()] == ["voiceplane-prod-DatabaseAway"] * 2
    assert (account.state("DatabaseSilent"), account.state("DatabaseAway")) == ("OK", "OK")


def test_one_part_after_the_other_each_makes_its_own_noise(account: Account) -> None:
    """The end of the first drill must not be taken for the beginning of the second."""
    outcomes = [rehearsed(account, name) for name in ("DatabaseSilent", "DatabaseUnused", "DatabaseAway")]

    assert all(isinstance(outcome, Rehearsal) for outcome in outcomes)
    assert [each["NewStateValue"] for each in account.arrived()] == ["ALARM", "OK"] * 3


def test_a_composite_that_waits_for_its_suppressor_is_waited_for(account: Account) -> None:
    """It tells minutes later than others, which is no fault; here a second."""
    account.wait_seconds("ApiRouteUnstable", 1)

    outcome = rehearsed(account, "ApiRouteUnstable", drill=drill_of(seconds=1))

    assert isinstance(outcome, Rehearsal)
    assert outcome.noticed_seconds >= 1
    assert account.arrived()[0]["AlarmName"] == "voiceplane-prod-ApiRouteUnstable"


def test_a_part_of_one_that_waits_is_followed_until_that_is_on(account: Account) -> None:
    """CloudWatch evaluates the part again before the composite would tell; the composite has a drill of its own."""
    account.wait_seconds("ApiRouteUnstable", 180)

    outcome = rehearsed(account, "ApiTargetsUnhealthy")

    assert isinstance(outcome, Rehearsal)
    assert outcome.result == "voiceplane-prod-ApiRouteUnstable went on with it, which tells by itself"
    assert account.arrived() == []
    assert account.state("ApiRouteUnstable") == "OK"


def test_what_only_keeps_others_quiet_needs_no_drill(account: Account) -> None:
    """Nobody is ever told of it; it is left alone."""
    way = way_of(account, "DeploymentRunning")

    assert isinstance(way, NotRehearsed)
    assert not way.needed
    assert "keeps voiceplane-prod-ApiRouteUnstable, " in way.why


def test_an_evaluation_meanwhile_takes_nothing_away(account: Account) -> None:
    """CloudWatch sets a metric alarm back within its period; the notification is out by then."""
    clock = Clock()
    clock.meanwhile.append(lambda: account.set_state("CeleryDataQueueDepth", "OK"))

    assert isinstance(rehearsed(account, "CeleryDataQueueDepth", drill=drill_of(clock)), Rehearsal)


@pytest.mark.parametrize(
    ("name", "on", "said"),
    [
        (
            "CeleryDataQueueDepth",
            "CeleryDataQueueDepth",
            "CeleryDataQueueDepth is on, and it is no drill",
        ),
        ("DatabaseSilent", "DatabaseUnused", "voiceplane-prod-DatabaseAway is on, and it is no drill"),
        ("ApiRouteUnstable", "DeploymentRunning", "voiceplane-prod-DeploymentRunning is on and keeps"),
    ],
    ids=["it is on", "its voice is on", "its suppressor is on"],
)
def test_no_drill_while_something_is_wrong(name: str, on: str, said: str, account: Account) -> None:
    """Setting it back would hide what is wrong, and a second ring tells nothing."""
    account.set_state(on, "ALARM")

    way = way_of(account, name)

    assert isinstance(way, NotRehearsed)
    assert said in way.why


def test_an_alarm_that_is_not_deployed_is_named(account: Account) -> None:
    """The template is newer than the account."""
    account.cloudwatch.delete_alarms(AlarmNames=["voiceplane-prod-CeleryDataQueueDepth"])

    way = way_of(account, "CeleryDataQueueDepth")

    assert isinstance(way, NotRehearsed)
    assert way.why == "voiceplane-prod-CeleryDataQueueDepth is not deployed in us-east-1; deploy the environment first"


def test_a_mailbox_that_has_not_confirmed_is_named(account: Account) -> None:
    """CloudWatch would report a success, and nobody would get it."""
    account.unconfirmed()

    way = way_of(account, "CeleryDataQueueDepth")

    assert isinstance(way, NotRehearsed)
    assert (
        way.why
        == "not confirmed: arn:aws:sqs:us-east-1:123456789012:mailbox; open the mail that AWS sent there, and confirm"
    )


def test_somebody_else_who_has_confirmed_does_not_stand_for_them(account: Account) -> None:
    """The one who left the company long ago had; the on-call has not."""
    account.also_told("left-the-company@example.com")
    account.unconfirmed()

    way = way_of(account, "CeleryDataQueueDepth")

    assert isinstance(way, NotRehearsed)
    assert way.needed
    assert way.why.startswith("not confirmed: arn:aws:sqs:us-east-1:123456789012:mailbox;")
    assert "left-the-company" not in way.why


def test_a_topic_without_anybody_is_named(account: Account) -> None:
    """So is one that people have left."""
    boto3.client("sns").unsubscribe(SubscriptionArn=account.subscription)

    way = way_of(account, "CeleryDataQueueDepth")

    assert isinstance(way, NotRehearsed)
    assert way.why.startswith("nobody is subscribed to arn:aws:sns:us-east-1:")


def test_an_alarm_whose_actions_are_off_is_named(account: Account) -> None:
    """Somebody wanted quiet one night, and forgot."""
    account.cloudwatch.disable_alarm_actions(AlarmNames=["voiceplane-prod-CeleryDataQueueDepth"])

    way = way_of(account, "CeleryDataQueueDepth")

    assert isinstance(way, NotRehearsed)
    assert "enable-alarm-actions" in way.why


def test_a_notification_that_fails_is_told_with_cloudwatchs_reason(account: Account) -> None:
    """Such as a key that CloudWatch may not use: the alarm is red, and nobody knows."""
    way = way_of(account, "CeleryDataQueueDepth")
    account.lose_topic()
    assert isinstance(way, Way)

    outcome = rehearse(way, region=account.regions[REGION], drill=drill_of())

    assert isinstance(outcome, NotRehearsed)
    assert outcome.why.startswith("the notification failed: ")
    assert account.state("CeleryDataQueueDepth") == "OK"


def test_a_notification_that_never_comes_ends_the_drill_in_time(account: Account) -> None:
    """Two minutes are enough for what takes seconds; the command to look with is there."""
    way, clock = way_of(account, "CeleryDataQueueDepth"), Clock()
    account.cloudwatch.disable_alarm_actions(AlarmNames=["voiceplane-prod-CeleryDataQueueDepth"])
    assert isinstance(way, Way)

    outcome = rehearse(way, region=account.regions[REGION], drill=drill_of(clock, seconds=120))

    assert isinstance(outcome, NotRehearsed)
    assert outcome.why.startswith("CloudWatch executed no action within 120 s; see `aws cloudwatch describe-alarm-")
    assert account.state("CeleryDataQueueDepth") == "OK"


@pytest.mark.parametrize("stopped", [KeyboardInterrupt, ZeroDivisionError])
def test_whatever_stops_a_drill_sets_the_alarm_back(stopped: type[BaseException], account: Account) -> None:
    """Ctrl-C while it waits; else a composite alarm would stay on for ever."""
    clock = Clock()
    account.wait_seconds("ApiRouteUnstable", 180)

    def stop() -> None:
        assert account.state("ApiRouteUnstable") == "ALARM"
        raise stopped

    clock.meanwhile.append(stop)

    with pytest.raises(stopped):
        rehearsed(account, "ApiRouteUnstable", drill=drill_of(clock))

    assert account.state("ApiRouteUnstable") == "OK"


def test_an_alarm_is_left_as_it_was_found(account: Account) -> None:
    """Without data it was neither well nor ill."""
    account.set_state("CeleryDataQueueDepth", "INSUFFICIENT_DATA")

    rehearsed(account, "CeleryDataQueueDepth")

    assert account.state("CeleryDataQueueDepth") == "INSUFFICIENT_DATA"


def test_an_alarm_that_cannot_be_set_back_is_the_first_thing_said(account: Account) -> None:
    """With the command that does it."""
    clock = Clock()
    account.wait_seconds("ApiRouteUnstable", 180)
    name = "voiceplane-prod-ApiRouteUnstable"
    clock.meanwhile.append(lambda: account.cloudwatch.delete_alarms(AlarmNames=[name]))

    with pytest.raises(LeftOn, match=f"--alarm-name {name} --state-value OK"):
        rehearsed(account, "ApiRouteUnstable", drill=drill_of(clock))


def test_a_permission_that_is_missing_is_named(account: Account, monkeypatch: pytest.MonkeyPatch) -> None:
    """Who may read an account may not yet ring its bells; nothing was changed then."""
    way = way_of(account, "CeleryDataQueueDepth")
    assert isinstance(way, Way)
    for name, value in reader().items():
        monkeypatch.setenv(name, value)

    @set_initial_no_auth_action_count(0)
    def as_reader() -> None:
        rehearse(way, region=Region(REGION, client=boto3.Session().client), drill=drill_of())

    with pytest.raises(AccountSilent) as refused:
        as_reader()

    assert "AWS refuses cloudwatch:SetAlarmState" in str(refused.value)
    assert "ask whoever keeps the account" in str(refused.value)


def test_nobody_is_signed_in(account: Account, monkeypatch: pytest.MonkeyPatch) -> None:
    """Said with what to do, before anything else."""
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.delenv(name)
    regions = {REGION: Region(REGION, client=boto3.Session().client)}

    with pytest.raises(AccountSilent, match="nobody is signed in to AWS; sign in first, such as by `aws sso login`"):
        ways([account.alarm("DatabaseAway")], among=account.placed, regions=regions)


def test_everybody_is_counted_before_anybody_is_told(account: Account) -> None:
    """The question shows what a yes means."""
    looked = ways(chosen(account.placed, word="database-away"), among=account.placed, regions=account.regions)

    counts = notifications(way for way in looked if isinstance(way, Way))

    assert counts == {"arn:aws:sqs:us-east-1:123456789012:mailbox": 6}


def test_a_run_records_each_alarm_and_leaves_what_it_cannot_rehearse(account: Account, tmp_path: Path) -> None:
    """One alarm that is on must not keep the others from being tested."""
    record = tmp_path / "prod.toml"
    account.set_state("CeleryDataQueueDepth", "ALARM")

    outcomes = run_all(account, "QueueDepth", record=record)

    assert [each.alarm for each in outcomes if isinstance(each, NotRehearsed)] == [
        "voiceplane-prod-CeleryDataQueueDepth"
    ]
    assert sorted(read(record).by_alarm) == [
        "voiceplane-prod-CeleryNotificationsQueueDepth",
        "voiceplane-prod-CeleryVoiceQueueDepth",
    ]


def test_a_no_leaves_everything_alone(account: Account, tmp_path: Path) -> None:
    """Nobody is told, nothing is written."""
    outcomes = run_all(account, "DatabaseAway", record=tmp_path / "prod.toml", agreed=False)

    assert [each.why for each in outcomes if isinstance(each, NotRehearsed)] == ["declined"]
    assert account.arrived() == []
    assert list(tmp_path.iterdir()) == []


def test_every_alarm_of_production_can_be_rehearsed(account: Account, tmp_path: Path) -> None:
    """Each has a way to people, and is in the record afterwards but for the one that nobody is told of."""
    record = tmp_path / "prod.toml"

    outcomes = run_all(account, "all", record=record)

    left = [each for each in outcomes if isinstance(each, NotRehearsed)]
    assert [(each.alarm, each.needed) for each in left] == [("voiceplane-prod-DeploymentRunning", False)]
    assert len(read(record).rehearsed) == len(account.placed) - 1
