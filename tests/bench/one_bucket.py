"""The smallest stack under the same reviewers: what any synth costs before there is a platform."""

from aws_cdk import RemovalPolicy, Stack
from aws_cdk import aws_s3 as s3

from voice_constructs.access import acknowledge
from voice_constructs.platform_app import PlatformApp

if __name__ == "__main__":
    app = PlatformApp()
    bucket = s3.Bucket(Stack(app, "OneBucket"), "Bucket", enforce_ssl=True, removal_policy=RemovalPolicy.DESTROY)
    acknowledge(bucket, "S1", reason="a benchmark's bucket is never made")
    app.synth()
