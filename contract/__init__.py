"""What must infrastructure and containers agree on?

Names, ports, variables, metrics, payloads and durations that both sides need and whose
mismatch would show only in production. Definitions only: frozen, no I/O, no branches.
"""
