"""How do the providers answer when there are none?

`python -m runtime.providers --port N` speaks every provider's wire protocol on 127.0.0.1, each under its own path:
a row of `app.PROVIDERS` and a file named after the provider, which is all that a further one takes.
`speech/` is a process of its own, because the voice it loads is GPL-3.
"""
