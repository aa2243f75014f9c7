"""From a text to its meaning: vectors by a small language model that is shipped, on this machine, without a network."""
