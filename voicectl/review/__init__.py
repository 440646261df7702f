"""What would a reviewer want to see of an environment's templates, on one page?"""
