"""Conversion of the user's X and y to batches of numbers; independent of the network."""
