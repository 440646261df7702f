"""What would AWS itself measure of the platform, and how much of it can be measured on this machine?"""
