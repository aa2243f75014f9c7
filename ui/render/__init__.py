"""What the page shows, as HTML made from views: pure functions, one file per thing, no Gradio."""
