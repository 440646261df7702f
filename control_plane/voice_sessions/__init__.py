"""What became of each voice session, and what is still to be done for it?"""
