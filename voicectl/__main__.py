"""`python -m voicectl`: the handle of the platform."""

from voicectl.command_line import run

if __name__ == "__main__":
    run()
