"""Target encoding: the mean of the target in each category, shrunk towards the mean of all rows.

The mean of a category of few rows is mostly noise. With w_i the weight of category i, m_i its mean, s^2 the
variance within the categories and t^2 that of their means, the encoding of category i is

    m + lambda_i (m_i - m),   lambda_i = w_i / (w_i + s^2 / t^2)

which has the smallest expected squared error of all linear estimates (Buehlmann & Straub, 1970,
"Glaubwuerdigkeit fuer Schadensaetze"; Micci-Barreca, 2001, for categories as inputs). scikit-learn's
TargetEncoder estimates s^2 in each category separately, which is 0 or noise for categories of one or two
rows, and does not support weights.

In training, the m_i of a row must not contain its own target, nor those of rows of its group: the rows (or
whole groups of rows) are divided into folds, and the w_i and m_i of a row are computed from the other folds.
The m, s^2 and t^2 are those of all rows.
"""

import numpy as np

N_FOLDS = 5


class TargetEncoding:
    """The target encoding of one column.

    Parameters
    ----------
    n_targets : int

    Attributes
    ----------
    encodings : ndarray of shape (n_categories, n_targets)
    prior : ndarray of shape (n_targets,)
        The encoding of an unknown category.
    """

    def __init__(self, n_targets):
        self._weights = np.zeros(0)
        self._sums = np.zeros((0, n_targets))
        self._n_rows, self._square = 0, np.zeros(n_targets)
        self._offset = None  # subtracted from Y, so that the squares do not lose digits

    def add_rows(self, places, Y, sample_weight, n_categories, groups=None):
        """Update the encoding with training rows, and return the encoding of these rows in training.

        Parameters
        ----------
        places : ndarray of shape (n_rows,), int
            The category of each row; -1 for a row to ignore.
        Y : ndarray of shape (n_rows, n_targets)
        sample_weight : ndarray of shape (n_rows,)
        n_categories : int
            Number of categories, including those of earlier rows.
        groups : ndarray of shape (n_rows,), int, default=None
            The group of each row, from 0; rows of the same group are in the same fold. None if each row is a
            group of its own.

        Returns
        -------
        numbers : ndarray of shape (n_rows, n_targets)
        """
        # Each row of positive weight is a group; rows of weight 0 must not change the folds of others.
        groups = np.cumsum(sample_weight > 0) - 1 if groups is None else groups
        unknown = places < 0
        if unknown.any():
            places, sample_weight = np.where(unknown, 0, places), np.where(unknown, 0.0, sample_weight)
        if self._offset is None:
            self._offset = sample_weight @ Y / sample_weight.sum()
        Y = Y - self._offset
        weights = np.zeros(n_categories)
        sums = np.zeros((n_categories, Y.shape[1]))
        weights[: self._weights.size], sums[: self._weights.size] = self._weights, self._sums
        # The folds are the same at each call, so that a resumed fit has the same inputs.
        folds = (np.random.default_rng(0).permutation(groups.max() + 1) % N_FOLDS)[groups]
        by_fold = folds * n_categories + places
        size = N_FOLDS * n_categories
        fold_weights = np.bincount(by_fold, sample_weight, size)
        fold_sums = np.column_stack([np.bincount(by_fold, sample_weight * y, size) for y in Y.T])
        weights += fold_weights.reshape(N_FOLDS, -1).sum(axis=0)
        sums += fold_sums.reshape(N_FOLDS, n_categories, -1).sum(axis=0)
        self._n_rows += np.count_nonzero(sample_weight)
        self._square = self._square + sample_weight @ Y**2
        self._weights, self._sums = weights, sums
        self._mean, self._ratio = self._mean_and_ratio()
        self.prior = self._offset + self._mean
        self.encodings = self._shrunk(weights, sums)
        numbers = self._shrunk(weights[places] - fold_weights[by_fold], sums[places] - fold_sums[by_fold])
        numbers[unknown] = self.prior
        return numbers

    def _mean_and_ratio(self):
        """Return m and s^2 / t^2, which is infinite if the means of the categories do not differ."""
        seen = self._weights > 0
        w, sums = self._weights[seen], self._sums[seen]
        total, n_categories = w.sum(), w.size
        mean = sums.sum(axis=0) / total
        means = sums / w[:, None]
        between = w @ (means - mean) ** 2
        within = np.maximum(self._square - w @ means**2, 0)
        # Only the ratios of the weights matter; here their mean is 1.
        unit = total / self._n_rows
        within, between = within / unit, between / unit
        n_spare = self._n_rows - n_categories
        s2 = within / n_spare if n_spare > 0 else np.full(mean.shape, np.inf)
        spread = total / unit - (w**2).sum() / total / unit
        with np.errstate(divide="ignore", invalid="ignore"):
            t2 = np.maximum(between - (n_categories - 1) * s2, 0) / spread
            return mean, np.where(t2 > 0, s2 / t2, np.inf) * unit

    def _shrunk(self, weights, sums):
        """Return m + lambda_i (m_i - m), which is m for a weight of 0."""
        means = sums / np.where(weights > 0, weights, 1)[:, None]
        with np.errstate(invalid="ignore"):
            credibility = weights[:, None] / (weights[:, None] + self._ratio)
        credibility = np.where(weights[:, None] > 0, credibility, 0.0)
        return self.prior + credibility * (means - self._mean)

    def transform(self, places):
        """Return the encoding of rows for prediction; a place of -1 is an unknown category."""
        return np.where(places[:, None] < 0, self.prior, self.encodings[places])
