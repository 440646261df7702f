"""What happens when something goes wrong: is it noticed, and does its runbook end it?"""
