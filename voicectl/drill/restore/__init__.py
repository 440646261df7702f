"""Can the data be brought back, every row of it?"""
