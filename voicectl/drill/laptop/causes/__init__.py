"""How is each thing that can go wrong really brought about in a platform that runs here, and undone?"""
