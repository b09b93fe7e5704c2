"""From a user's X and y to batches of numbers. It knows no network."""
