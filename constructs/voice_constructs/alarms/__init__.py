"""What must people be told of, after how long, and which page says what to do then?

The tables are the answer: `calls.py`, `services.py`, `media.py`, `stores.py`, `edges.py`, each a part of the platform.
`rule.py` says what a row is, `making.py` makes CloudWatch's alarms of rows, `topic.py` is who is told.
"""
