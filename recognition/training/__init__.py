"""How the shipped head and its upper layers are trained; needs the extra `train`."""
