"""Are an environment's secrets there and well-formed, and how is LiveKit's key changed while people talk?"""
