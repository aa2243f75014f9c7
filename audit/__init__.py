"""Looking back: recorded conversations driven through the system, decisions measured against labels.

Without this package nobody could say how often Handrail is right.
"""
