"""What is done to a platform that runs here: read its numbers and logs, begin a part anew, spoil a provider?"""
