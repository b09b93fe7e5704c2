"""A callback that saves the state of a training, so that it can be resumed if the process dies."""

from __future__ import annotations

import contextlib
import copy
import hashlib
import os
import pickle
import secrets
from numbers import Integral
from pathlib import Path
from typing import TYPE_CHECKING, Any

from skbackprop.estimators.base import BaseBackprop

if TYPE_CHECKING:
    from skbackprop.estimators.classifier import BackpropClassifier
    from skbackprop.estimators.regressor import BackpropRegressor

# The beginning of a checkpoint, followed by the SHA-256 of the pickled estimator and the pickle itself.
HEADER = b"skbackprop checkpoint 1\n"
DIGEST_SIZE = hashlib.sha256().digest_size

# Attributes that scikit-learn sets on an estimator while its callbacks run; they are not saved.
CALLBACK_ATTRIBUTES = (
    "_skl_callbacks",
    "_skl_callbacks_to_teardown",
    "_callback_fit_ctx",
    "_parent_callback_ctx",
)


class Checkpoint:
    """Callback that saves an estimator every few epochs of its fit.

    Pass it to ``set_callbacks`` of an estimator (scikit-learn 1.9 and later). The file contains the
    complete state of the training: weights, optimizer, random generator, best weights so far and
    history. A fit that is resumed from it on the same data ends with bitwise the same weights as an
    uninterrupted one.

    Parameters
    ----------
    path : str or path-like
        The file; "~" is expanded to the home directory, and a symbolic link is followed. The file is
        replaced atomically: whenever the process dies, it is a complete checkpoint, the last or the
        previous one. New content is first written to a file in the same folder whose name ends in ".part".
    every : int, default=1
        Number of epochs between two checkpoints (with solver="lbfgs": iterations; in a stream: calls of
        ``partial_fit``), counted as in ``n_iter_``.

    See Also
    --------
    Checkpoint.load : Load the estimator of a checkpoint.

    Notes
    -----
    The file is a pickle: load only files that you trust. Each fit needs its own path; if several fits share
    one, for instance in a search, each overwrites the checkpoints of the others.

    Set the callback on the estimator of this package, not on a pipeline or a search that contains it: their
    ``fit`` raises a TypeError. In a pipeline, only this estimator is saved, without the steps before it.

    A resumed fit uses the present ``max_iter``. It warns if X, y or the weights differ from those of the
    interrupted fit, and needs the same X_val, y_val and ``scoring`` if that fit had validation rows.

    SciPy's L-BFGS does not expose its state. A fit with "lbfgs" is resumed by repeating it from its initial
    weights, which gives the same weights but saves no time.

    Examples
    --------
    >>> import tempfile
    >>> from pathlib import Path
    >>> from sklearn.datasets import load_iris
    >>> from skbackprop import BackpropClassifier, Checkpoint
    >>> X, y = load_iris(return_X_y=True)
    >>> path = Path(tempfile.mkdtemp()) / "iris.checkpoint"
    >>> model = BackpropClassifier(max_iter=20, random_state=0)
    >>> if hasattr(model, "set_callbacks"):
    ...     model = model.set_callbacks(Checkpoint(path, every=5)).fit(X, y)
    ...     resumed = Checkpoint.load(path).fit(X, y)  # no epochs are left in this example
    ...     assert (resumed.predict_proba(X) == model.predict_proba(X)).all()
    """

    def __init__(self, path: str | os.PathLike[str], every: int = 1) -> None:
        if isinstance(every, bool) or not isinstance(every, Integral) or every < 1:
            raise ValueError(f"The 'every' parameter must be an int of at least 1. Got {every!r} instead.")
        self.path: Path = as_path(path)
        self.every: int = int(every)

    def setup(self, estimator: BaseBackprop, context: Any) -> None:
        """Check before the first epoch that the estimator can be pickled and the file can be written.

        Raises
        ------
        TypeError
            If the estimator is not one of this package, or cannot be pickled.
        OSError
            If the file cannot be written.
        """
        if not isinstance(estimator, BaseBackprop):
            raise TypeError(
                f"Checkpoint saves a BackpropClassifier or BackpropRegressor. Got {type(estimator).__name__} "
                "instead: call set_callbacks of the BackpropClassifier or BackpropRegressor in it."
            )
        for name, value in estimator.get_params().items():
            refuse_unpicklable(estimator, name, value)
        folder = self.path.parent
        if not folder.is_dir():
            raise FileNotFoundError(
                f"The folder {str(folder)!r} of the 'path' parameter of Checkpoint does not exist."
            )
        if self.path.is_dir():
            raise IsADirectoryError(
                f"The 'path' parameter of Checkpoint must be a file. Got the folder {str(self.path)!r}."
            )
        with self._clear_errors():
            part_of(self.path.resolve()).unlink()

    def teardown(self, estimator: BaseBackprop, context: Any) -> None:
        """Do nothing: the file is kept."""

    def on_fit_task_begin(self, estimator: BaseBackprop, context: Any) -> None:
        """Do nothing: there is nothing new to save."""

    def on_fit_task_end(
        self, estimator: BaseBackprop, context: Any, *, fitted_estimator: BaseBackprop | None
    ) -> None:
        """Save at the end of an epoch."""
        # An unfinished task has no fitted estimator, and the end of the whole fit adds nothing to the
        # checkpoint of its last epoch.
        if fitted_estimator is None or context.task_name != "epoch":
            return
        if fitted_estimator.n_iter_ % self.every == 0:
            self.save(fitted_estimator)

    def save(self, estimator: BaseBackprop) -> None:
        """Write `estimator` to the file, without its callbacks.

        Parameters
        ----------
        estimator : BackpropClassifier or BackpropRegressor

        Raises
        ------
        OSError
            If the file cannot be written; an earlier checkpoint is kept.
        """
        bare = copy.copy(estimator)
        for name in CALLBACK_ATTRIBUTES:
            bare.__dict__.pop(name, None)
        content = pickle.dumps(bare, protocol=pickle.HIGHEST_PROTOCOL)
        with self._clear_errors():
            replace_file(self.path.resolve(), HEADER + hashlib.sha256(content).digest() + content)

    @contextlib.contextmanager
    def _clear_errors(self):
        """Return a context that replaces an OSError with one that names the checkpoint."""
        try:
            yield
        except OSError as error:
            raise OSError(
                error.errno,
                f"Checkpoint could not write its file ({error.strerror}); an earlier checkpoint is unchanged",
                str(self.path),
            ) from error

    @staticmethod
    def load(path: str | os.PathLike[str]) -> BackpropClassifier | BackpropRegressor:
        """Return the estimator of a checkpoint, whose ``fit`` resumes the training.

        Parameters
        ----------
        path : str or path-like

        Returns
        -------
        estimator : BackpropClassifier or BackpropRegressor
            Fitted by the epochs done so far, with warm_start=True: its next ``fit`` on the same data
            completes the interrupted fit.

        Raises
        ------
        TypeError
            If `path` is neither a str nor path-like.
        ValueError
            If the file is not a checkpoint, is truncated or damaged, or was saved by incompatible versions.
        OSError
            If the file cannot be read.
        """
        content = as_path(path).read_bytes()
        if not content.startswith(HEADER):
            raise ValueError(f"{str(path)!r} is not a checkpoint of skbackprop.")
        digest_end = len(HEADER) + DIGEST_SIZE
        digest, pickled = content[len(HEADER) : digest_end], content[digest_end:]
        if hashlib.sha256(pickled).digest() != digest:
            raise ValueError(f"The checkpoint {str(path)!r} is cut short or damaged.")
        try:
            estimator = pickle.loads(pickled)
        except Exception as error:  # a pickle of other versions, or without its modules, may raise anything
            raise ValueError(
                f"The checkpoint {str(path)!r} is complete, but it cannot be loaded here "
                f"({type(error).__name__}: {error}); load it with the versions that saved it."
            ) from error
        if not isinstance(estimator, BaseBackprop):
            raise ValueError(
                f"The checkpoint {str(path)!r} contains a {type(estimator).__name__}, which is not an "
                "estimator of skbackprop."
            )
        return estimator.set_params(warm_start=True)


def as_path(path):
    """Return `path` as a Path, "~" expanded; raise TypeError if it is neither a str nor path-like."""
    if not isinstance(path, (str, os.PathLike)):
        raise TypeError(
            f"The 'path' parameter of Checkpoint must be a str or path-like. Got {path!r} instead."
        )
    return Path(path).expanduser()


def refuse_unpicklable(estimator, name, value):
    """Raise TypeError if the parameter `name` of `estimator` cannot be pickled."""
    try:
        pickle.dumps(value)
    except Exception as error:  # a user's class may raise anything
        raise TypeError(
            f"Checkpoint cannot save this {type(estimator).__name__}: its {name!r} parameter ({value!r}) "
            f"cannot be pickled ({type(error).__name__}: {error}). Define a function or a class at the top "
            "level of a module in place of a lambda or a local one."
        ) from error


def part_of(path):
    """Create an empty file with a unique name in the folder of `path`, and return its path."""
    part = path.with_name(f"{path.name}.{secrets.token_hex(4)}.part")
    part.touch(exist_ok=False)
    return part


def replace_file(path, content):
    """Write `content` to `path` atomically: a reader finds either the old or the new content."""
    part = part_of(path)
    try:
        with open(part, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        os.replace(part, path)
    except BaseException:
        with contextlib.suppress(OSError):
            part.unlink()
        raise
    sync_folder(path.parent)


def sync_folder(folder):
    """Write the entries of `folder` to disk, so that renamed files survive a power failure."""
    if not hasattr(os, "O_DIRECTORY"):
        return
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
