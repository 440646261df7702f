"""What does this machine have and lack for running the platform, and what is to be done?"""
