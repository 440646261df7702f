"""What differs between environments?

An environment file says only what makes its environment different; `sections/` holds every
key with its type, range, unit and default; `sizes/` the presets; `rules/` what several keys must
agree on; `load` turns a file into an `Environment`, or into one message.
"""
