"""What verbose=True prints, compared with the attributes of the fitted estimator."""

import re

import numpy as np
import pytest
from sklearn.datasets import load_iris
from sklearn.metrics import f1_score, make_scorer

from skbackprop import BackpropClassifier, BackpropRegressor

X, Y = load_iris(return_X_y=True)
SHORT = {"hidden_layer_sizes": 4, "random_state": 0, "verbose": 1}


def macro_f1(y, predicted):
    return f1_score(y, predicted, average="macro")


def printed(capsys):
    """Return the printed lines without the times at their ends."""
    return [re.sub(r"  \d+\.\d{3} s$", "", line) for line in capsys.readouterr().out.splitlines()]


SCORERS = {"accuracy": "accuracy", "macro_f1": make_scorer(macro_f1)}


@pytest.mark.parametrize("name", SCORERS)
def test_epochs_the_score_and_the_held_out_rows_are_named(name, capsys):
    held_out = {"early_stopping": True, "validation_fraction": 0.2, "scoring": SCORERS[name]}
    model = BackpropClassifier(n_estimators=1, max_iter=10, **held_out, **SHORT).fit(X, Y)
    first, *epochs, last = printed(capsys)
    assert first == "training on 120 rows, validation on 30 rows held out"
    assert epochs == [
        f"epoch {i + 1:2}/10  loss {model.loss_curve_[i]:.6f}"
        f"  validation loss {model.validation_loss_curve_[i]:.6f}  {name} {model.validation_scores_[i]:.6f}"
        for i in range(10)
    ]
    best = np.argmax(model.validation_scores_) + 1
    assert last == f"kept epoch {best} of 10: max_iter reached"


def test_networks_on_folds_keep_an_epoch_each(capsys):
    folds = {"n_estimators": 5, "early_stopping": "folds", "max_iter": 12, "n_iter_no_change": None}
    folds["learning_rate"] = 0.5
    BackpropClassifier(**folds, **SHORT).fit(X, Y)
    first, *_, last = printed(capsys)
    assert first == "training on 150 rows, each held out by one of 5 networks"
    assert re.fullmatch(r"kept the best epoch of each network \(\d+ to \d+\) of 12: max_iter reached", last)


def test_rows_that_no_network_holds_out_are_not_counted(capsys):
    alone = np.where(np.arange(len(Y)) == 7, 3, Y)  # a class of a single row
    BackpropClassifier(n_estimators=3, early_stopping="folds", max_iter=1, **SHORT).fit(X, alone)
    assert printed(capsys)[0] == "training on 150 rows, 149 of them held out by one of 3 networks"


def test_rows_that_were_given_are_not_called_held_out(capsys):
    BackpropRegressor(max_iter=1, **SHORT).fit(X[::2], Y[::2], X_val=X[1::2], y_val=Y[1::2])
    assert printed(capsys)[0] == "training on 75 rows, validation on 75 rows of X_val"


def test_the_last_line_says_that_a_cycle_brought_little(capsys):
    y = np.random.default_rng(0).normal(size=len(X))  # noise: there is nothing more to learn
    BackpropRegressor(max_iter=15, n_iter_no_change="cycle", n_estimators=2, **SHORT).fit(X, y)
    *_, last_epoch, last = printed(capsys)
    assert last_epoch.startswith("epoch  7/15")  # the end of the third cycle
    assert last.endswith("of 7: the third of four cycles improved the validation by less than 5%")


def test_a_training_that_goes_on_counts_on(capsys):
    model = BackpropRegressor(max_iter=2, early_stopping=False, warm_start=True, **SHORT).fit(X, Y)
    model.fit(X, Y)
    lines = printed(capsys)
    assert [line.split("  ")[0] for line in lines] == [
        "training on 150 rows, none held out",
        "epoch 1/2",
        "epoch 2/2",
        "kept epoch 2 of 2: max_iter reached",
        "training on 150 rows, none held out",
        "epoch 3/4",
        "epoch 4/4",
        "kept epoch 4 of 4: max_iter reached",
    ]


def test_pieces_of_a_stream_print_one_line_each(capsys):
    BackpropRegressor(**SHORT).partial_fit(X, Y).partial_fit(X, Y)
    assert [line.split("  ")[0] for line in printed(capsys)] == ["epoch 1", "epoch 2"]


def test_epochs_without_validation_print_no_validation(capsys):
    settings = {**SHORT, "n_estimators": 1, "max_iter": 2, "early_stopping": True, "scoring": "r2"}
    model = BackpropRegressor(**settings).fit(X, Y)
    model.partial_fit(X, Y)
    *_, kept, line = printed(capsys)
    assert kept.startswith("kept epoch")
    assert line == f"epoch 3  loss {model.loss_curve_[-1]:.6f}"


@pytest.mark.parametrize("Estimator", [BackpropClassifier, BackpropRegressor])
@pytest.mark.parametrize("settings", [{}, {"solver": "lbfgs"}, {"recipe": "textbook"}], ids=str)
def test_weighted_rows_are_printed_like_others(Estimator, settings, capsys):
    weights = np.arange(len(Y)) % 3.0
    Estimator(**{**SHORT, "max_iter": 30, "tol": 10.0, **settings}).fit(X, Y, sample_weight=weights)
    assert printed(capsys)[0].startswith("training on ")


def test_lbfgs_counts_iterations(capsys):
    model = BackpropRegressor(solver="lbfgs", schedule="auto", max_iter=200, tol=0.01, **SHORT).fit(X, Y)
    first, *iterations, last = printed(capsys)
    assert first == "training on 149 different rows, none held out"
    assert len(np.unique(X, axis=0)) == 149
    assert iterations == [
        f"iteration {i + 1:3}/200  loss {loss:.6f}" for i, loss in enumerate(model.loss_curve_)
    ]
    assert last == f"kept iteration {model.n_iter_} of {model.n_iter_}: no further improvement"


def test_nothing_is_printed_by_default(capsys):
    BackpropRegressor(4, max_iter=1, random_state=0).fit(X, Y)
    assert printed(capsys) == []
