"""Looking back: recorded conversations driven through the system, decisions measured against labels."""
