"""What does an environment cost, at its floor, on average and at its ceiling, and for each minute of a session?"""
