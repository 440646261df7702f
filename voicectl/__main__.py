"""`python -m voicectl`: the handle of the platform."""

from voicectl.command_line import app

if __name__ == "__main__":
    app()
