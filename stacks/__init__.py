"""What is deployed together? One file per lifetime; a stack wires constructs, it does not build."""

import voice_constructs  # noqa: F401  comes before aws_cdk: it names the Node that jsii runs on
