"""A callback that saves a training under way, so that nothing is lost when the process dies."""

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

# What a checkpoint begins with; the SHA-256 of the pickled estimator follows, and then this.
HEADER = b"skbackprop checkpoint 1\n"
DIGEST_SIZE = hashlib.sha256().digest_size

# What scikit-learn keeps on an estimator while its callbacks run; none of it belongs into a file.
CALLBACK_ATTRIBUTES = (
    "_skl_callbacks",
    "_skl_callbacks_to_teardown",
    "_callback_fit_ctx",
    "_parent_callback_ctx",
)


class Checkpoint:
    """Saves the estimator after every few epochs of its fit.

    A callback for ``set_callbacks`` of an estimator (scikit-learn 1.9 and later). The file holds
    all that the training is made of: weights, states of the optimizer, random generator, best
    weights so far, history. A fit that goes on from it, on the same data, ends with the same
    weights, bit for bit, as one that was never interrupted.

    Parameters
    ----------
    path : str or path-like
        The file; "~" is the home directory, and of a symbolic link the target is written. The file is
        replaced as a whole: whenever the process dies, it is one whole checkpoint, the last or the one
        before. It is written to a file of the same name with ".part" at the end, in the same folder.
    every : int, default=1
        Epochs between two checkpoints (with solver="lbfgs": iterations; in a stream: calls of
        ``partial_fit``), counted as in ``n_iter_``.

    See Also
    --------
    Checkpoint.load : Open the file.

    Notes
    -----
    The file is a pickle: load only files that you trust. Give each fit a path of its own; of fits that
    share one, in a search for instance, the last to write wins.

    Set it on the network itself, not on a pipeline or a search that holds it: their ``fit`` raises a
    TypeError. Within a pipeline it saves the network without the steps before it.

    A fit that goes on takes the present ``max_iter``. It warns where X, y or the weights differ from those
    of the interrupted fit, and needs its X_val and y_val, if it had them.

    SciPy's L-BFGS does not give out its state. A fit by "lbfgs" is resumed by doing it again from
    its first weights, which ends at the same weights but saves no time.

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
    ...     resumed = Checkpoint.load(path).fit(X, y)  # here: nothing is left to do
    ...     assert (resumed.predict_proba(X) == model.predict_proba(X)).all()
    """

    def __init__(self, path: str | os.PathLike[str], every: int = 1) -> None:
        if isinstance(every, bool) or not isinstance(every, Integral) or every < 1:
            raise ValueError(f"The 'every' parameter must be an int of at least 1. Got {every!r} instead.")
        self.path: Path = Path(path).expanduser()
        self.every: int = int(every)

    def setup(self, estimator: BaseBackprop, context: Any) -> None:
        """Find out before the first epoch whether the estimator can be saved, and the file be written.

        Raises
        ------
        TypeError
            Where the estimator is not one of this package, or cannot be pickled.
        OSError
            Where the file cannot be written.
        """
        if not isinstance(estimator, BaseBackprop):
            raise TypeError(
                f"Checkpoint saves a BackpropClassifier or BackpropRegressor. Got {type(estimator).__name__} "
                "instead: call set_callbacks of the network within it."
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
        """Do nothing: the file stays."""

    def on_fit_task_begin(self, estimator: BaseBackprop, context: Any) -> None:
        """Do nothing: there is nothing new to save."""

    def on_fit_task_end(
        self, estimator: BaseBackprop, context: Any, *, fitted_estimator: BaseBackprop | None
    ) -> None:
        """Save at the end of an epoch."""
        # A task that came to nothing has no fitted estimator, and after the last epoch its own
        # checkpoint is the one to go on from: the fit as a whole adds nothing.
        if fitted_estimator is None or context.task_name != "epoch":
            return
        if fitted_estimator.n_iter_ % self.every == 0:
            self.save(fitted_estimator)

    def save(self, estimator: BaseBackprop) -> None:
        """Write `estimator`, its callbacks left out.

        Parameters
        ----------
        estimator : BackpropClassifier or BackpropRegressor

        Raises
        ------
        OSError
            Where the file cannot be written; an earlier checkpoint is still there.
        """
        bare = copy.copy(estimator)
        for name in CALLBACK_ATTRIBUTES:
            bare.__dict__.pop(name, None)
        content = pickle.dumps(bare, protocol=pickle.HIGHEST_PROTOCOL)
        with self._clear_errors():
            replace_file(self.path.resolve(), HEADER + hashlib.sha256(content).digest() + content)

    @contextlib.contextmanager
    def _clear_errors(self):
        """Return a context whose OSErrors say what they mean for the checkpoint."""
        try:
            yield
        except OSError as error:
            raise OSError(
                error.errno,
                f"Checkpoint could not write its file ({error.strerror}); the checkpoint before it, if "
                "there was one, is untouched",
                str(self.path),
            ) from error

    @staticmethod
    def load(path: str | os.PathLike[str]) -> BackpropClassifier | BackpropRegressor:
        """Return the estimator of a checkpoint, ready for :meth:`fit` to go on.

        Parameters
        ----------
        path : str or path-like

        Returns
        -------
        estimator : BackpropClassifier or BackpropRegressor
            Fitted by the epochs done so far, with warm_start=True: its next ``fit``, given the same
            data, does the rest of the interrupted one.

        Raises
        ------
        ValueError
            Where the file is something else, cut short, damaged, or of versions that are too different.
        OSError
            Where it cannot be read.
        """
        content = Path(path).expanduser().read_bytes()
        if not content.startswith(HEADER):
            raise ValueError(f"{str(path)!r} is not a checkpoint of skbackprop.")
        digest_end = len(HEADER) + DIGEST_SIZE
        digest, pickled = content[len(HEADER) : digest_end], content[digest_end:]
        if hashlib.sha256(pickled).digest() != digest:
            raise ValueError(f"The checkpoint {str(path)!r} is cut short or damaged.")
        try:
            estimator = pickle.loads(pickled)
        except Exception as error:  # whatever a pickle of other versions, or without its modules, may raise
            raise ValueError(
                f"The checkpoint {str(path)!r} is whole, but it cannot be loaded here "
                f"({type(error).__name__}: {error}); load it with the versions that saved it."
            ) from error
        if not isinstance(estimator, BaseBackprop):
            raise ValueError(
                f"The checkpoint {str(path)!r} holds a {type(estimator).__name__}, which is no estimator of "
                "skbackprop."
            )
        return estimator.set_params(warm_start=True)


def refuse_unpicklable(estimator, name, value):
    """Raise where the parameter `name` of `estimator` cannot be pickled."""
    try:
        pickle.dumps(value)
    except Exception as error:  # whatever a class of the user's raises
        raise TypeError(
            f"Checkpoint cannot save this {type(estimator).__name__}: its {name!r} parameter ({value!r}) "
            f"cannot be pickled ({type(error).__name__}: {error}). Define a function or a class at the top "
            "level of a module in place of a lambda or a local one."
        ) from error


def part_of(path):
    """Create an empty file beside `path` that no other writer has, and return its path."""
    part = path.with_name(f"{path.name}.{secrets.token_hex(4)}.part")
    part.touch(exist_ok=False)
    return part


def replace_file(path, content):
    """Put `content` at `path` so that whoever opens it finds the old content or the new, whole."""
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
    """Make the new name of a file in `folder` outlast a loss of power, where the system can."""
    if not hasattr(os, "O_DIRECTORY"):
        return
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
