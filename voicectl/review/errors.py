"""What can keep a review from being made.

ReviewRefused                  anything below; its text is the one message to show
├── AssemblyUnreadable         there are no templates where some were asked for
├── SideUnknown                `--against` names no environment, no folder and no commit
└── SynthesisRefused           the code of one side does not synthesize
"""


class ReviewRefused(Exception):
    """A review cannot be made; catch it where a person started the command."""


class AssemblyUnreadable(ReviewRefused):
    """There is no cloud assembly where one was asked for; catch it to say which command makes one."""


class SideUnknown(ReviewRefused):
    """What is to be reviewed, or compared with, is not there; catch it to offer other names."""


class SynthesisRefused(ReviewRefused):
    """A side's own code or configuration is at fault; its own message is part of the text."""
