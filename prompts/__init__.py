"""What models are told, as files, and the one way in which a model is asked."""
