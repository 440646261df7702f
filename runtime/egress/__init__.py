"""What does egress need around it?"""
