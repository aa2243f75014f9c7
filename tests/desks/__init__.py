"""Every destination against its real counterpart where one runs on a test machine, else against its description."""
