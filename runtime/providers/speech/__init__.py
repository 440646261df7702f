"""How does a machine without keys hear and speak?

`python -m runtime.providers.speech --port N`: OpenAI's audio and chat wire on 127.0.0.1 by models that ship inside
wheels. It is a process of its own because piper is GPL-3, and because the models are loaded once, not once a call.
"""
