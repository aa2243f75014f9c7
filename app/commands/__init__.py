"""The command line, one file per group; each command imports what it needs when it runs.

Without the split, `handrail --help` would wait for LangGraph and Gradio to load.
"""
