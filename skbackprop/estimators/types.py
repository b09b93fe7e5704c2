"""Types of arguments and results of the estimators, for annotations only."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, TypeAlias, TypeVar

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import ArrayLike, NDArray
    from scipy.sparse import sparray, spmatrix

# A data frame is an ArrayLike, because it can be converted by np.asarray.
MatrixLike: TypeAlias = "ArrayLike | spmatrix | sparray"
Array: TypeAlias = "NDArray[Any]"
RandomState: TypeAlias = "int | np.random.RandomState | None"
Method = TypeVar("Method", bound=Callable[..., Any])
