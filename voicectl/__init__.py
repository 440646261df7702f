"""What do people run?"""
