"""The sample's first stack: what lasts."""

import json

import aws_cdk as cdk
from aws_cdk import aws_ec2 as ec2
from aws_cdk import aws_ecr as ecr
from aws_cdk import aws_elasticache as elasticache
from aws_cdk import aws_events as events
from aws_cdk import aws_events_targets as targets
from aws_cdk import aws_iam as iam
from aws_cdk import aws_kms as kms
from aws_cdk import aws_rds as rds
from aws_cdk import aws_s3 as s3
from aws_cdk import aws_secretsmanager as secrets
from aws_cdk import aws_sns as sns
from aws_cdk import aws_sns_subscriptions as subscriptions
from aws_cdk import aws_sqs as sqs
from constructs import Construct

ACCOUNT = "123456789012"


class SampleStack(cdk.Stack):
    """A stack of the sample: in one region, with one prefix for its names."""

    def __init__(self, scope: Construct, name: str, *, prefix: str, region: str) -> None:
        """Fix the account, so that the templates are the same everywhere."""
        super().__init__(scope, name, env=cdk.Environment(account=ACCOUNT, region=region), tags={"sample": prefix})
        self.prefix = prefix

    @property
    def availability_zones(self) -> list[str]:
        """Zones without a look-up."""
        return [f"{self.region}a", f"{self.region}b"]


class Base(SampleStack):
    """What lasts: network, data, keys."""

    def __init__(self, scope: Construct, name: str, *, prefix: str, region: str) -> None:
        """Define everything."""
        super().__init__(scope, name, prefix=prefix, region=region)
        self.vpc = ec2.Vpc(self, "Vpc", nat_gateways=1, restrict_default_security_group=False)
        self.vpc.add_flow_log("Flow")
        self.vpc.add_gateway_endpoint("S3", service=ec2.GatewayVpcEndpointAwsService.S3)
        self.vpc.add_interface_endpoint("Ecr", service=ec2.InterfaceVpcEndpointAwsService.ECR)
        self._keep_files()
        self._keep_messages()
        self._keep_records()
        self.repository = ecr.Repository(
            self,
            "Images",
            repository_name=f"{prefix}/api",
            image_tag_mutability=ecr.TagMutability.IMMUTABLE,
            lifecycle_rules=[ecr.LifecycleRule(max_image_count=50)],
        )
        iam.OidcProviderNative(
            self,
            "GitHub",
            url=f"https://token.{prefix}.example",
            client_ids=["sts.amazonaws.com"],
            thumbprints=["0" * 40],
        )

    def _keep_files(self) -> None:
        self.key = kms.Key(self, "Key", alias=f"{self.prefix}/files", enable_key_rotation=True)
        access_logs = s3.Bucket(self, "AccessLogs", enforce_ssl=True, encryption=s3.BucketEncryption.S3_MANAGED)
        self.bucket = s3.Bucket(
            self,
            "Recordings",
            bucket_name=f"{self.prefix}-recordings-{ACCOUNT}",
            versioned=True,
            enforce_ssl=True,
            encryption=s3.BucketEncryption.KMS,
            encryption_key=self.key,
            block_public_access=s3.BlockPublicAccess.BLOCK_ALL,
            server_access_logs_bucket=access_logs,
            server_access_logs_prefix="recordings/",
            intelligent_tiering_configurations=[
                s3.IntelligentTieringConfiguration(name="cold", archive_access_tier_time=cdk.Duration.days(90))
            ],
            lifecycle_rules=[
                s3.LifecycleRule(
                    id="recordings",
                    prefix="calls/",
                    expiration=cdk.Duration.days(365),
                    noncurrent_version_expiration=cdk.Duration.days(30),
                    abort_incomplete_multipart_upload_after=cdk.Duration.days(7),
                    transitions=[
                        s3.Transition(
                            storage_class=s3.StorageClass.INFREQUENT_ACCESS, transition_after=cdk.Duration.days(30)
                        )
                    ],
                )
            ],
            cors=[s3.CorsRule(allowed_methods=[s3.HttpMethods.GET], allowed_origins=["https://console.example"])],
        )

    def _keep_messages(self) -> None:
        letters = sqs.Queue(self, "DeadLetters", fifo=True, enforce_ssl=True)
        self.queue = sqs.Queue(
            self,
            "Jobs",
            fifo=True,
            visibility_timeout=cdk.Duration.minutes(15),
            dead_letter_queue=sqs.DeadLetterQueue(queue=letters, max_receive_count=5),
        )
        plain = sqs.Queue(
            self, "Events", queue_name=f"{self.prefix}-events", encryption=sqs.QueueEncryption.SQS_MANAGED
        )
        self.topic = sns.Topic(self, "Alarms", topic_name=f"{self.prefix}-alarms", enforce_ssl=True)
        self.topic.add_subscription(subscriptions.SqsSubscription(plain))
        self.topic.add_subscription(subscriptions.EmailSubscription("oncall@example.com"))
        rule = events.Rule(self, "Nightly", schedule=events.Schedule.cron(hour="3", minute="0"))
        rule.add_target(targets.SqsQueue(plain))

    def _keep_records(self) -> None:
        self.database = rds.DatabaseInstance(
            self,
            "Database",
            engine=rds.DatabaseInstanceEngine.postgres(version=rds.PostgresEngineVersion.VER_17),
            vpc=self.vpc,
            port=5433,
            multi_az=True,
            storage_encrypted=True,
            manage_master_user_password=True,
            credentials=rds.Credentials.from_username("voiceplane"),
            parameters={"rds.force_ssl": "1", "log_min_duration_statement": "500"},
        )
        rds.DatabaseInstanceReadReplica(
            self,
            "Replica",
            source_database_instance=self.database,
            vpc=self.vpc,
            instance_type=ec2.InstanceType("t4g.medium"),
        )
        self.provider_key = secrets.Secret(self, "ProviderKey", secret_name=f"{self.prefix}/openai")
        secrets.CfnSecret(self, "GitHubToken", name=f"{self.prefix}/github", description="written by a person")
        token = secrets.Secret(
            self,
            "RedisToken",
            generate_secret_string=secrets.SecretStringGenerator(
                secret_string_template=json.dumps({"user": "default"}),
                generate_string_key="token",
                exclude_punctuation=True,
                password_length=48,
            ),
        )
        self._keep_state(token)

    def _keep_state(self, token: secrets.Secret) -> None:
        group = ec2.SecurityGroup(self, "CacheGroup", vpc=self.vpc, allow_all_outbound=False)
        group.add_ingress_rule(ec2.Peer.ipv4(self.vpc.vpc_cidr_block), ec2.Port.tcp(6379), "tasks")
        subnets = elasticache.CfnSubnetGroup(
            self, "CacheSubnets", description="private", subnet_ids=[s.subnet_id for s in self.vpc.private_subnets]
        )
        settings = elasticache.CfnParameterGroup(
            self,
            "CacheSettings",
            cache_parameter_group_family="valkey8",
            description="no eviction",
            properties={"maxmemory-policy": "noeviction"},
        )
        self.cache = elasticache.CfnReplicationGroup(
            self,
            "Cache",
            replication_group_id=f"{self.prefix}-cache",
            replication_group_description="live state",
            engine="valkey",
            cache_node_type="cache.t4g.small",
            num_cache_clusters=2,
            automatic_failover_enabled=True,
            multi_az_enabled=True,
            transit_encryption_enabled=True,
            at_rest_encryption_enabled=True,
            auth_token=token.secret_value_from_json("token").unsafe_unwrap(),
            port=6379,
            cache_subnet_group_name=subnets.ref,
            cache_parameter_group_name=settings.ref,
            security_group_ids=[group.security_group_id],
        )
