"""How does the whole platform run on one machine, from one command?"""
