"""Which values contradict each other, or what AWS and LiveKit can do?"""
