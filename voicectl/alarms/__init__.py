"""Which alarms are on, by the definitions that an environment's templates give to CloudWatch?"""
