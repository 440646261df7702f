"""What would a deployment replace, lose or weaken, against another side?"""
