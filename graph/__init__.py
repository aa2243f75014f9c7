"""LangGraph executes one run per inbound event; the runtime commits what the run decided."""
