"""What happens in one call, from join to hang-up?"""
