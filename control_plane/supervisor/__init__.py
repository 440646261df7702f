"""Who watches the fleet and the queues, and tells CloudWatch what services are scaled by?"""
