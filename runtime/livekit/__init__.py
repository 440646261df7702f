"""What does LiveKit's server need around it?"""
