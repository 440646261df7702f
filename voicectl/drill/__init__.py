"""What happens when something goes wrong: is it noticed, does its runbook end it, and can the data be brought back?"""
