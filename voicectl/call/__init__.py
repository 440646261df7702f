"""How does a person, or a test, place a call and see what became of it?"""
