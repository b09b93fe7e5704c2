"""Validation of a training: on rows held out, or on rows that the user gave."""

import copy
from dataclasses import replace

from sklearn.metrics import check_scoring
from sklearn.utils import check_random_state

from skbackprop.tables.inputs import check_training_data
from skbackprop.tables.rows_on_disk import in_memory
from skbackprop.tables.sparse_rows import SparseRows, arrange
from skbackprop.tables.validation_split import split_rows
from skbackprop.training.epoch_loss import mean_loss


def make_validation(estimator, model, X, y, sample_weight, X_val, y_val, sample_weight_val):
    """Return the rows to train on (None: all), and a function that validates, or None.

    Parameters
    ----------
    estimator : BaseBackprop
    model : Model
        What is being trained.
    X, y, sample_weight
        The data of the training, checked.
    X_val, y_val, sample_weight_val
        As the user gave them.
    """
    if (X_val is None) != (y_val is None):
        raise ValueError("X_val and y_val must be given together, or neither of them.")
    if model.settings.solver == "lbfgs":
        return None, None
    rows, held_out = None, None
    if X_val is not None:
        X, y, sample_weight, _ = check_training_data(
            estimator,
            X_val,
            y_val,
            sample_weight_val,
            reset=False,
            encoder=model.encoder,
            scaling=model.scaling,
        )
        X = arrange(X, model.settings.sparse_rows)
    elif not model.settings.early_stopping:
        return None, None
    else:
        rows, held_out = split_rows(
            X.shape[0],
            estimator.validation_fraction,
            check_random_state(model.split_seed),
            model.targets.strata(y),
            model.row_weights(y, sample_weight),
        )
    network, loss = model.network, model.loss
    batches = model.validation_batches(X, y, sample_weight, held_out)
    if estimator.scoring == "loss":
        return rows, lambda: (mean_loss(network, loss, batches), None)
    # The scorer gets an estimator for the encoded inputs, which are at hand.
    fitted = copy.copy(estimator)
    fitted._model = replace(model, encoder=None)
    fitted.n_features_in_ = X.shape[1]
    fitted.__dict__.pop("feature_names_in_", None)
    scorer = check_scoring(fitted, estimator.scoring)
    if isinstance(X, SparseRows):
        X = X.matrix
    X, y = (in_memory(X), y) if held_out is None else (X[held_out], y[held_out])
    return rows, lambda: (mean_loss(network, loss, batches), scorer(fitted, X, y))
