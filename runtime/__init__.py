"""What do all containers carry?"""
