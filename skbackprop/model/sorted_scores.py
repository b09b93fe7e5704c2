"""Scores in ascending order with weights: how much weight lies below a value, and quantiles."""

import numpy as np


class SortedScores:
    """Scores in ascending order, and the sums of the weights of the first 0, 1, 2, ... of them."""

    def __init__(self, scores, weights):
        order = np.argsort(scores)
        self.scores = scores[order]
        self.cumulative = np.concatenate(([0.0], np.cumsum(weights[order])))

    @property
    def total(self):
        """The sum of all weights."""
        return self.cumulative[-1]

    def weight(self, values, side):
        """Return the weight of the scores below `values`, including equal ones if `side` is "right"."""
        return self.cumulative[np.searchsorted(self.scores, values, side=side)]

    def rank(self, values):
        """Return the fraction of the weight of the scores that are below `values`."""
        return self.weight(values, "left") / (self.total or 1.0)

    def quantile(self, weight):
        """Return the smallest score such that the weights of all scores up to it sum to at least `weight`."""
        place = np.searchsorted(self.cumulative[1:], weight)
        return self.scores[min(place, self.scores.size - 1)]
