"""Raw tables: from frames with categories and missing numbers to the numbers that a network takes.

The encoded columns are, in this order: the numeric columns, a 0/1 indicator for each numeric column
that had missing values in the fit, and the one-hot columns of the categories.
"""

from collections import Counter

import numpy as np
from scipy.sparse import issparse
from sklearn.preprocessing import OneHotEncoder

from skbackprop.tables.scaling import weighted_quantiles

# What the names of the column types of pandas and polars begin with.
CATEGORICAL_TYPES = ("category", "categorical", "enum", "str", "object", "utf8")
# Categories beyond this number in one column share a column: the rarest ones.
MAX_CATEGORIES = 100


def is_frame(X):
    """Whether X is a table with named columns."""
    return hasattr(X, "columns") and hasattr(X, "dtypes")


def frame_types(X):
    """Return the name of the type of each column of a frame."""
    types = X.dtypes
    return [str(t).lower() for t in (types.tolist() if hasattr(types, "tolist") else types)]


def categorical_columns(X, categorical_features):
    """Return for each column of X whether it is categorical.

    Parameters
    ----------
    X : frame or array
    categorical_features : "from_dtype", None, or array-like of bool, int or str
        As in HistGradientBoostingClassifier; with "from_dtype" strings and objects are categorical too.
    """
    n_columns = X.shape[1] if len(X.shape) == 2 else 0  # the validation refuses the latter
    if categorical_features is None or (issparse(X) and isinstance(categorical_features, str)):
        return np.zeros(n_columns, bool)
    if isinstance(categorical_features, str):
        if not is_frame(X):
            return np.zeros(n_columns, bool)
        return np.array([t.startswith(CATEGORICAL_TYPES) for t in frame_types(X)])
    chosen = np.asarray(categorical_features)
    if chosen.dtype == bool:
        if chosen.shape != (n_columns,):
            raise ValueError(
                f"The 'categorical_features' parameter is a mask of {chosen.size} values, but X has "
                f"{n_columns} columns."
            )
        return chosen
    names = list(X.columns) if is_frame(X) else []
    mask = np.zeros(n_columns, bool)
    for item in chosen.tolist():
        position = names.index(item) if item in names else item
        if not isinstance(position, int) or not 0 <= position < n_columns:
            raise ValueError(
                f"The 'categorical_features' parameter names {item!r}, which is no column of X; X has "
                f"{names if names else f'the columns 0 to {n_columns - 1}'}."
            )
        mask[position] = True
    return mask


def column(X, j):
    """Return column `j` of a frame or an array as a 1-D array."""
    if is_frame(X):
        return np.asarray(X[X.columns[j]])
    return X[:, j]


def is_missing(values):
    """Return which of `values`, of any type, are None, NaN or pandas' NA (whose comparison is NA)."""
    return np.array([v is None or str(v != v) != "False" for v in values.tolist()])


class Encoder:
    """Encodes tables like the one it was made from.

    Parameters
    ----------
    X : frame or array
    categorical : ndarray of bool
        Which columns are categories.
    sample_weight : ndarray, default=None
        Weighs the medians and the counts of categories.
    names : ndarray of str, default=None
        Names of the columns.
    gaps : ndarray of bool, default=None
        Which numeric columns have missing values, where X is only a sample of the rows.

    Attributes
    ----------
    medians : ndarray
        What takes the place of a missing number, for each numeric column.
    n_numeric : int
        How many of the encoded columns are numbers to scale; the others are 0 and 1.
    feature_names : list of str
        Names of the encoded columns.
    """

    def __init__(self, X, categorical, sample_weight=None, names=None, gaps=None):
        names = [f"x{j}" for j in range(X.shape[1])] if names is None else list(names)
        self.categorical = np.flatnonzero(categorical)
        self.numeric = np.flatnonzero(~categorical)
        self.n_numeric = self.numeric.size
        numbers = self._numbers(X)
        missing = np.isnan(numbers)
        self.indicated = np.flatnonzero(missing.any(axis=0) if gaps is None else gaps)
        self.medians = np.array(
            [self._median(x, lost, sample_weight) for x, lost in zip(numbers.T, missing.T, strict=True)]
        )
        self.feature_names = [names[j] for j in self.numeric]
        self.feature_names += [f"{names[self.numeric[j]]}_missing" for j in self.indicated]
        self._one_hot = None
        if self.categorical.size:
            kept = np.ones(X.shape[0], bool) if sample_weight is None else sample_weight > 0
            categories = self._categories(X)[kept]
            weights = None if sample_weight is None else sample_weight[kept]
            self._common = [most_common(values, weights) for values in categories.T]
            self._one_hot = OneHotEncoder(handle_unknown="ignore", sparse_output=False, dtype=np.float32).fit(
                self._bounded(categories)
            )
            self.feature_names += self._one_hot.get_feature_names_out(
                [names[j] for j in self.categorical]
            ).tolist()

    def transform(self, X, dtype):
        """Return the encoded rows of X as an array of `dtype`."""
        numbers = self._numbers(X)
        missing = np.isnan(numbers)
        numbers[missing] = np.broadcast_to(self.medians, numbers.shape)[missing]
        parts = [numbers, missing[:, self.indicated]]
        if self._one_hot is not None:
            parts.append(self._one_hot.transform(self._bounded(self._categories(X))))
        encoded = np.hstack(parts)
        largest = np.abs(encoded).max(initial=0)
        if largest > np.finfo(dtype).max:
            raise ValueError(
                f"X has numbers as large as {largest:g}, which {np.dtype(dtype).name} does not hold; use "
                "dtype='float64'."
            )
        return encoded.astype(dtype, copy=False)

    def _numbers(self, X):
        """Return the numeric columns as a new float64 array with NaN for missing; infinity is refused."""
        numbers = np.empty((X.shape[0], self.numeric.size))
        for k, j in enumerate(self.numeric):
            try:
                numbers[:, k] = np.asarray(column(X, j), dtype=np.float64)
            except (TypeError, ValueError) as error:
                name = X.columns[j] if is_frame(X) else j
                raise ValueError(
                    f"Column {name!r} of X is not numeric ({error}); name it in the "
                    "'categorical_features' parameter."
                ) from error
        if np.isinf(numbers).any():
            raise ValueError("Input X contains infinity or a value too large for dtype('float64').")
        return numbers

    def _categories(self, X):
        """Return the categorical columns as strings in an object array; "nan" where they are missing."""
        categories = np.empty((X.shape[0], self.categorical.size), dtype=object)
        for k, j in enumerate(self.categorical):
            values = np.asarray(column(X, j), dtype=object)
            categories[:, k] = [str(value) for value in values.tolist()]
            categories[is_missing(values), k] = "nan"
        return categories

    def _bounded(self, categories):
        """Put the rare categories of columns that have too many under one name."""
        for k, common in enumerate(self._common):
            if common is not None:
                rare = [value not in common for value in categories[:, k]]
                categories[rare, k] = "(rare)"
        return categories

    @staticmethod
    def _median(x, lost, sample_weight):
        if lost.all():
            return 0.0
        weights = None if sample_weight is None else sample_weight[~lost]
        if weights is not None and not weights.any():
            return 0.0
        return float(weighted_quantiles(x[~lost], (0.5,), weights)[0])


def most_common(values, weights):
    """Return the most frequent categories where there are more than MAX_CATEGORIES, else None."""
    counts = Counter()
    weights = np.ones(values.size) if weights is None else weights
    for value, weight in zip(values.tolist(), weights.tolist(), strict=True):
        counts[value] += weight
    if len(counts) <= MAX_CATEGORIES:
        return None
    by_count = sorted(counts.items(), key=lambda item: (-item[1], item[0]))
    return {value for value, _ in by_count[: MAX_CATEGORIES - 1]}
