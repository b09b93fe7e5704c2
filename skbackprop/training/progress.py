"""The lines that a training prints with ``verbose``."""

import time

from skbackprop.training.stopping import LEAST_GAIN

# Descriptions of the reasons that `Training.run` and `minimize_lbfgs` return.
ENDS = {
    "max_iter": "max_iter reached",
    "max_fun": "max_fun reached",
    "stalled": "no further improvement",
    "cycle": f"the third of four cycles improved the validation by less than {LEAST_GAIN:.0%}",
    "callback": "ended by a callback",
    "interrupted": "interrupted",
    "diverged": "diverged",
    "validation_failed": "the validation failed",
}


class Progress:
    """Prints a line at the beginning, one for each epoch, and one at the end.

    Parameters
    ----------
    history : History
        The history of the training.
    rows : str
        The first line: the numbers of rows for training and for validation.
    score_name : str, default=None
        The name of the validation score.
    unit : {"epoch", "iteration"}, default="epoch"
        The word for an entry of the history.
    """

    def __init__(self, history, rows, score_name=None, unit="epoch"):
        self._history = history
        self._rows = rows
        self._score_name = score_name
        self._unit = unit
        self._started = self._last = time.perf_counter()

    def begin(self):
        """Print the first line, and start the clock."""
        print(self._rows)
        self._started = self._last = time.perf_counter()

    def print_epoch(self, n_planned=None):
        """Print the losses of the last of `n_planned` epochs (None if their number is unknown)."""
        history, now = self._history, time.perf_counter()
        line = f"{self._unit} {history.n_epochs}"
        if n_planned is not None:
            line = f"{self._unit} {history.n_epochs:{len(str(n_planned))}}/{n_planned}"
        line += f"  loss {history.loss[-1]:.6f}"
        if history.validation_epochs[-1:] == [history.n_epochs]:
            line += f"  validation loss {history.validation_loss[-1]:.6f}"
            if history.validation_score:
                line += f"  {self._score_name} {history.validation_score[-1]:.6f}"
        print(f"{line}  {now - self._last:.3f} s")
        self._last = now

    def end(self, reason):
        """Print the epochs that were kept, the reason for the end (a key of ENDS), and the time."""
        history = self._history
        kept = history.kept_epochs or [history.n_epochs]
        first, last = min(kept), max(kept)
        which = f"{self._unit} {last}"
        if first != last:
            which = f"the best {self._unit} of each network ({first} to {last})"
        seconds = time.perf_counter() - self._started
        print(f"kept {which} of {history.n_epochs}: {ENDS[reason]}  {seconds:.3f} s")
