"""How do the providers answer when there are none?"""
