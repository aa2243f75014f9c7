"""The Gradio front end: one page, one file per room."""
