"""What does every process need: drain, protection, metrics, logs, health?"""
