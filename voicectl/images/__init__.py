"""How do images get from this clone into an environment's repositories?"""
