"""Kills fits at random moments and resumes them; a program of its own, run by test_checkpoint.py.

It prints for every moment how many epochs the checkpoint had (-1: the process died before there was
one), and ends with an error where a resumed fit is not the uninterrupted one.
"""

import os
import random
import signal
import sys
import time
import warnings
from pathlib import Path

import numpy as np
from sklearn.datasets import load_digits

from skbackprop import BackpropClassifier, Checkpoint

X, Y = load_digits(return_X_y=True)
X, Y = X[:200], Y[:200]
KINDS = [
    {"solver": "adam", "dropout": 0.3, "schedule": "one_cycle", "early_stopping": True},
    {"solver": "sgd", "schedule": "adaptive", "tol": 1e-2, "n_iter_no_change": 2},
    {"solver": "adamw", "schedule": "cosine", "early_stopping": True, "scoring": "accuracy"},
    {"solver": "sgd", "momentum": 0, "schedule": "invscaling", "dropout": [0.1, 0.1]},
    {"recipe": "tabular", "n_estimators": 2, "max_iter": 10},
    {"solver": "lbfgs"},
]


def make(kind):
    settings = {"recipe": "textbook", "hidden_layer_sizes": (20,), "max_iter": 25, "random_state": 3}
    return BackpropClassifier(**{**settings, **kind})


def parameters(model):
    return np.concatenate([a.ravel() for a in model.coefs_ + model.intercepts_])


def main(folder, n_moments):
    warnings.simplefilter("ignore")
    chance = random.Random(0)
    whole = []
    for kind in KINDS:
        model = make(kind).fit(X, Y)
        # How long a fit takes that saves every epoch: on a slow disk much longer than one that does not.
        begun = time.monotonic()
        make(kind).set_callbacks(Checkpoint(Path(folder) / "whole.checkpoint")).fit(X, Y)
        whole.append((parameters(model), model.loss_curve_, time.monotonic() - begun))
    for moment in range(n_moments):
        which = moment % len(KINDS)
        theta, loss_curve, seconds = whole[which]
        path = Path(folder) / f"{moment}.checkpoint"
        child = os.fork()
        if child == 0:
            make(KINDS[which]).set_callbacks(Checkpoint(path)).fit(X, Y)
            os._exit(0)
        time.sleep(chance.uniform(0.05, 1.5) * seconds)
        os.kill(child, signal.SIGKILL)
        os.waitpid(child, 0)
        n_epochs = -1
        resumed = make(KINDS[which])
        if path.exists():
            resumed = Checkpoint.load(path)
            n_epochs = resumed.n_iter_
        resumed.fit(X, Y)
        assert np.array_equal(parameters(resumed), theta), (KINDS[which], n_epochs)
        assert resumed.loss_curve_ == loss_curve, (KINDS[which], n_epochs)
        print(n_epochs)


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]))
