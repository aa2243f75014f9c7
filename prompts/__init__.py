"""What models are told, as files, and the one way in which a model is asked.

Without this package prompts would be strings scattered over the code: nobody could review them, and no decision
could say by which wording it was made.
"""
