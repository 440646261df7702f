"""Who speaks to ECS and CloudWatch for LiveKit and egress, which are other people's images and never do?"""
