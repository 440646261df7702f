"""What can go wrong with the go-live list.

GoliveError
├── SignaturesUnreadable    the file of signatures has a mistake; named with its file and what to do
└── RecordUnreadable        so has the record of drills
"""


class GoliveError(Exception):
    """The command prints it and exits with 2."""


class SignaturesUnreadable(GoliveError):
    """Says which file, which entry, and what is wrong."""


class RecordUnreadable(GoliveError):
    """Says which file, which line, and what is wrong."""
