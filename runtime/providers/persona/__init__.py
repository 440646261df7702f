"""Who is at the other end when nobody is: a buyer who follows a file?

The same history always gets the same answer, so a call with a persona can be repeated word for word.
"""
