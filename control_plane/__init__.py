"""What is recorded of every call, and what is LiveKit told to do?"""
