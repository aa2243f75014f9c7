"""What the page shows, as HTML made from views: pure functions, one file per thing, no Gradio.

Without them every room would escape, date and colour in its own way, and one of them would forget to escape.
"""
