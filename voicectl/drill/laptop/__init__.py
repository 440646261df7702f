"""What goes wrong on a machine on purpose, does its alarm notice, and do its runbook's commands end it?"""
