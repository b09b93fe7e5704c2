"""Tables: data frames of the libraries that narwhals supports (pandas, polars, PyArrow, ...), and arrays."""

import copy
from collections import Counter

import narwhals.stable.v2 as nw
import numpy as np
from scipy.sparse import issparse

from skbackprop.tables.columns import WIDE, Column


class Frame:
    """A data frame.

    Parameters
    ----------
    frame : narwhals DataFrame

    Attributes
    ----------
    native : object
        The frame in its own library.
    names : list of str, or of other types that the library allows
        Names of the columns.
    dtype : dtype
        Dtype of the numbers: float32 if all columns are float32, else float64.
    plain : ndarray of bool
        Whether the type of each column is numeric.
    used : ndarray of bool or None
        The rows of positive weight, None for all (see :func:`weighted`).
    """

    used = None

    def __init__(self, frame):
        self._frame = frame
        self.native = frame.to_native()
        schema = frame.schema
        self.names = list(schema)
        self.shape = frame.shape
        dtypes = list(schema.values())
        self.plain = np.array([is_plain(dtype) for dtype in dtypes], bool)
        single = dtypes and all(isinstance(dtype, nw.Float32) for dtype in dtypes)
        self.dtype = np.dtype(np.float32 if single else np.float64)

    def column(self, j):
        """Return column `j`."""
        return Column(self.names[j], self._frame[:, int(j)], self.used)

    def numbers(self, positions):
        """Return columns as an array of numbers, with NaN for missing ones."""
        if len(positions) and self.plain[positions].all():
            # All columns at once is faster than one by one.
            block = self._frame[:, list(map(int, positions))].to_numpy()
            if block.dtype.kind in "biuf":
                return refuse_infinity(np.ascontiguousarray(block, dtype=self.dtype), self.names, positions)
        return by_column(self, positions)


class ArrayTable:
    """An array as a table, because some of its columns are categories or have missing values.

    Parameters
    ----------
    X : ndarray of shape (n_samples, n_features)
    """

    used = None

    def __init__(self, X):
        self.native = X
        self.names = list(range(X.shape[1]))
        self.shape = X.shape
        self.dtype = np.dtype(np.float64)
        self.plain = np.full(X.shape[1], X.dtype.kind in "biuf")

    def column(self, j):
        """Return column `j`."""
        return Column(self.names[j], self.native[:, j], self.used)

    def numbers(self, positions):
        """Return columns as a new array of numbers in C order, with NaN for missing ones."""
        if self.plain.all():
            block = np.ascontiguousarray(self.native[:, positions], self.dtype)
            return refuse_infinity(block, self.names, positions)
        return by_column(self, positions)


def weighted(table, sample_weight):
    """Return a copy of a table in which rows of weight 0 do not determine the kinds of columns."""
    table = copy.copy(table)
    table.used = None if sample_weight is None or sample_weight.all() else sample_weight > 0
    return table


def is_plain(dtype):
    """Return whether columns of a type are numbers in NumPy, which lacks decimals and 128-bit integers."""
    objects = isinstance(dtype, (nw.Decimal, *WIDE))
    return (dtype.is_numeric() and not objects) or isinstance(dtype, nw.Boolean)


def by_column(table, positions):
    """Return columns of `table` as an array of numbers, read one by one."""
    block = np.empty((table.shape[0], len(positions)), table.dtype)
    for k, j in enumerate(positions):
        block[:, k] = table.column(j).numbers()
    return refuse_infinity(block, table.names, positions)


def refuse_infinity(block, names, positions):
    """Return `block`, the columns of a table at `positions`; raise ValueError if a number is infinite."""
    infinite = np.isinf(block).any(axis=0)
    if infinite.any():
        raise ValueError(
            f"Input X contains infinity or a value too large for {block.dtype!r}, in column "
            f"{names[positions[infinite.argmax()]]!r}."
        )
    return block


def is_frame(y):
    """Return whether `y` is a data frame of a library that narwhals supports."""
    return isinstance(nw.from_native(y, pass_through=True), nw.DataFrame)


def as_frame(X):
    """Return X as a :class:`Frame` if it is a data frame, None if it is an array or a sparse matrix.

    Raises
    ------
    ValueError
        If X is another object with columns, such as a dict or a series.
    """
    if isinstance(X, np.ndarray) or issparse(X):
        return None
    X = nw.to_native(X, pass_through=True)
    if isinstance(X, dict) or (isinstance(X, list) and X and isinstance(X[0], dict)):
        raise ValueError("X holds dicts; make a frame of them, for instance with pandas.DataFrame(X).")
    if nw.dependencies.is_into_series(X) or (is_of_pyarrow(X) and not hasattr(X, "schema")):
        raise ValueError(
            f"Expected 2D input, but X is a single column ({type(X).__name__}); make a frame of it, in "
            "pandas and polars with X.to_frame()."
        )
    refuse_equal_names(X)
    frame = nw.from_native(X, pass_through=True)
    if not isinstance(frame, nw.DataFrame):
        if not is_of_pyarrow(X):
            return None
        frame = nw.from_arrow(X, backend="pyarrow")  # a record batch
    if 0 in frame.shape:
        kind = "sample" if frame.shape[0] == 0 else "feature"
        raise ValueError(
            f"Found a frame with 0 {kind}(s) (shape={frame.shape}) while a minimum of 1 is required."
        )
    return Frame(frame)


def refuse_lazy(values, name):
    """Raise ValueError if `values` are a lazy frame, or rows that PyArrow has not read yet."""
    values = nw.to_native(values, pass_through=True)
    if not is_lazy(values):
        return
    in_pyarrow = "read_all" if hasattr(values, "read_all") else "to_table"
    raise ValueError(
        f"{name} is lazy ({type(values).__module__}.{type(values).__qualname__}); compute it first, in "
        f"polars with {name}.collect(), in Dask with {name}.compute(), in PyArrow with {name}.{in_pyarrow}()."
    )


def is_lazy(values):
    """Return whether `values` are a lazy frame, or a dataset, a scanner or a reader of PyArrow."""
    if is_of_pyarrow(values):
        return hasattr(values, "to_table") or hasattr(values, "read_all")
    if nw.dependencies.is_pandas_like_dataframe(values):
        return False  # narwhals would refuse equal names
    return isinstance(nw.from_native(values, pass_through=True), nw.LazyFrame)


def refuse_equal_names(X, name="X"):
    """Raise ValueError if several columns have the same name, as narwhals and scikit-learn do not allow."""
    if nw.dependencies.is_pandas_dataframe(X):
        names = X.columns
    else:
        names = X.schema.names if is_of_pyarrow(X) and hasattr(X, "schema") else None
    if names is None or len(set(names)) == len(names):
        return
    equal = ", ".join(repr(each) for each, n in Counter(names).items() if n > 1)
    raise ValueError(f"{name} has several columns of the name {equal}; give each column a different name.")


def is_of_pyarrow(X):
    """Return whether X is an object of PyArrow."""
    return type(X).__module__.partition(".")[0] == "pyarrow"


def is_sparse_frame(X):
    """Return whether X is a frame of sparse numeric columns, which scikit-learn converts to a matrix.

    Frames with NaN or infinity are left out: a sparse matrix has no missing numbers, and no names for errors.
    """
    return (
        hasattr(X, "sparse")
        and X.shape[1] > 0
        and all(dtype.fill_value == 0 and dtype.subtype.kind in "biuf" for dtype in X.dtypes)
        and all(np.isfinite(column.array.sp_values).all() for _, column in X.items())
    )


def without_sparse_columns(y):
    """Return `y`, or a frame of sparse columns as a dense one: scikit-learn makes a sparse matrix of it."""
    return y.sparse.to_dense() if hasattr(y, "sparse") and y.ndim == 2 else y


def with_common_type(sparse_frame):
    """Return a frame of sparse numeric columns of one type; pandas has none but object for bool and numbers.

    If some are floats it is float64, as for dense frames of several types.
    """
    subtypes = {dtype.subtype for dtype in sparse_frame.dtypes}
    if len(subtypes) == 1:
        return sparse_frame
    common = np.result_type(*subtypes)
    sparse_dtype = type(sparse_frame.dtypes.iloc[0])
    return sparse_frame.astype(sparse_dtype(np.float64 if common.kind == "f" else common, 0))
