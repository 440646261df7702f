"""How fast is it, as ratios against a peer in the same run?"""
