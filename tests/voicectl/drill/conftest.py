"""The account that drills are rehearsed in."""

from tests.voicectl.drill.account import account

__all__ = ["account"]
