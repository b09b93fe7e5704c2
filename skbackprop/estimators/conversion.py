"""Conversion to and from scikit-learn's MLPClassifier and MLPRegressor."""

import inspect

import numpy as np
from sklearn.base import is_classifier
from sklearn.neural_network import MLPClassifier, MLPRegressor
from sklearn.preprocessing import LabelBinarizer
from sklearn.utils import check_random_state
from sklearn.utils.validation import check_is_fitted

from skbackprop.estimators.base import fitted_model, settings_of
from skbackprop.estimators.resuming import fixed_parameters
from skbackprop.model.model import Model
from skbackprop.model.objective import make_loss, make_targets
from skbackprop.network.network import Network
from skbackprop.tables.encoders import needs_columns
from skbackprop.training.history import History

# Parameters with the same name and meaning in scikit-learn.
SAME_PARAMETERS = (
    "hidden_layer_sizes", "activation", "solver", "power_t", "max_iter", "max_fun", "momentum", "beta_1",
    "beta_2", "epsilon", "early_stopping", "validation_fraction", "n_iter_no_change", "tol", "warm_start",
    "shuffle", "random_state", "verbose",
)  # fmt: skip
# scikit-learn's names of activations, by the names in this package.
SKLEARN_ACTIVATIONS = {name: name for name in ("identity", "logistic", "tanh", "relu")}
SKLEARN_ACTIVATIONS["sigmoid"] = "logistic"
# scikit-learn's batch size for batch_size="auto".
SKLEARN_BATCH_SIZE = 200


def from_sklearn(cls, mlp, expected):
    """Return an estimator of `cls` with the parameters and the weights of `mlp`.

    Parameters
    ----------
    cls : type
        BackpropClassifier or BackpropRegressor.
    mlp : MLPClassifier or MLPRegressor
        Fitted.
    expected : type
        The class that `mlp` must have.
    """
    if not isinstance(mlp, expected):
        raise TypeError(f"The 'mlp' parameter must be a fitted {expected.__name__}. Got {mlp!r} instead.")
    check_is_fitted(mlp)
    dtype = mlp.coefs_[0].dtype
    estimator = cls(**parameters_from_sklearn(mlp), dtype=str(dtype))
    # X is unknown, and none of these settings depends on it.
    settings = settings_of(estimator, np.ones((1, mlp.n_features_in_)), None)
    targets = make_targets(settings, example_y(mlp))
    sizes = [mlp.n_features_in_, *(W.shape[1] for W in mlp.coefs_)]
    network = Network(sizes, [mlp.activation] * (len(sizes) - 2), dtype=dtype)
    for parameter, value in zip(network.W + network.b, mlp.coefs_ + mlp.intercepts_, strict=True):
        parameter[...] = value
    history = History(loss=list(getattr(mlp, "loss_curve_", [])))
    for name in ("n_features_in_", "feature_names_in_"):
        if hasattr(mlp, name):
            setattr(estimator, name, getattr(mlp, name))
    seed = check_random_state(estimator.random_state).randint(np.iinfo(np.int32).max)
    loss = make_loss(settings, targets)
    estimator._model = Model(network, loss, targets, None, history, seed, settings, None)
    estimator._model.parameters = fixed_parameters(estimator)
    return estimator


def parameters_from_sklearn(mlp):
    """Return the parameters of this package that correspond to those of `mlp`."""
    params = mlp.get_params(deep=False)
    batch_size = SKLEARN_BATCH_SIZE if params["batch_size"] == "auto" else params["batch_size"]
    return {
        **{name: params[name] for name in SAME_PARAMETERS},
        "recipe": "textbook",
        "loss": params.get("loss", "log_loss" if is_classifier(mlp) else "squared_error"),
        "learning_rate": params["learning_rate_init"],
        "schedule": params["learning_rate"],
        "nesterov": params["nesterovs_momentum"],
        "batch_size": params["batch_size"],
        "alpha": params["alpha"] / batch_size,  # scikit-learn divides the penalty by the batch size
        "scaling": None,
    }


def example_y(mlp):
    """Return a y of the same type and number of outputs as the one that `mlp` was fitted on."""
    if not is_classifier(mlp):
        y = np.zeros((1, mlp.n_outputs_))
        return y.ravel() if mlp.n_outputs_ == 1 else y
    if mlp._label_binarizer.y_type_.startswith("multilabel"):
        return np.eye(2, mlp.n_outputs_, dtype=int)
    return mlp.classes_


def to_sklearn(estimator):
    """Return an MLPClassifier or MLPRegressor with the predictions of the fitted `estimator`."""
    model = fitted_model(estimator)
    refuse_unsupported(estimator, model)
    W = [W.astype(np.float64) for W in model.network.W]
    b = [b.astype(np.float64) for b in model.network.b]
    if model.network.input_layer is not None:
        W[0] *= model.network.input_parameters["s"][:, None]
    if model.scaling is not None:
        # ((x - c) / s) W + b = x (W / s) + (b - (c / s) W)
        b[0] -= (model.scaling.center / model.scaling.scale) @ W[0]
        W[0] /= model.scaling.scale[:, None]
    names = {SKLEARN_ACTIVATIONS[name] for name in model.network.activation_names}
    parameters = {
        "hidden_layer_sizes": tuple(model.network.layer_sizes[1:-1]),
        "activation": names.pop() if names else "identity",
        "random_state": estimator.random_state,
    }
    history = model.history
    fitted = {
        "coefs_": W,
        "intercepts_": b,
        "n_features_in_": estimator.n_features_in_,
        "n_iter_": estimator.n_iter_,
        "n_layers_": estimator.n_layers_,
        "n_outputs_": estimator.n_outputs_,
        "out_activation_": estimator.out_activation_,
        "loss_": estimator.loss_,
        "loss_curve_": list(history.loss),
        "best_loss_": min(history.loss, default=np.inf),
        "validation_scores_": None,
        "best_validation_score_": None,
        "t_": 0,
        "_no_improvement_count": 0,
        "_random_state": check_random_state(estimator.random_state),
    }
    if hasattr(estimator, "feature_names_in_"):
        fitted["feature_names_in_"] = estimator.feature_names_in_
    if is_classifier(estimator):
        mlp = MLPClassifier(**parameters)
        labels = (
            np.eye(2, estimator.n_outputs_, dtype=int) if model.targets.multilabel else estimator.classes_
        )
        fitted["classes_"], fitted["_label_binarizer"] = estimator.classes_, LabelBinarizer().fit(labels)
    else:
        mlp = sklearn_regressor(estimator, parameters)
        scaling = model.targets.scaling
        if estimator.out_activation_ == "exp":
            b[-1] += np.log(scaling.scale)  # exp(z) s = exp(z + ln s)
        else:
            b[-1] *= scaling.scale
            b[-1] += scaling.center
            W[-1] *= scaling.scale
    mlp.__dict__.update(fitted)
    return mlp


def sklearn_regressor(estimator, parameters):
    """Return an unfitted MLPRegressor with the output activation of `estimator`."""
    if estimator.out_activation_ != "exp":
        return MLPRegressor(**parameters)
    if "loss" not in inspect.signature(MLPRegressor).parameters:
        raise refusal("loss='poisson'", "MLPRegressor has it from scikit-learn 1.7 on")
    return MLPRegressor(**parameters, loss="poisson")


def refuse_unsupported(estimator, model):
    """Raise ValueError if the fitted `estimator` has a feature that scikit-learn's networks lack."""
    settings, network = model.settings, model.network
    if getattr(model.targets, "constant", False):
        raise refusal("a y of one class", "fit on two classes or more")
    if model.encoder is not None and model.encoder.as_categories.size and not needs_columns(model.encoder):
        raise refusal("the encoding of numbers as categories", "set Recipe(..., numbers_as_categories=False)")
    if model.encoder is not None:
        raise refusal("the encoding of categories and missing numbers", "encode them in a pipeline")
    if network.n_networks > 1:
        raise refusal(f"n_estimators={network.n_networks}", "set n_estimators=1")
    if network.input_layer is not None and network.input_layer.computed_inputs:
        raise refusal(
            f"the recipe's input_layer={settings.input_layer!r}",
            "set Recipe(..., input_layer='scale') or None",
        )
    if model.scaling is not None and model.scaling.n_robust:
        raise refusal(f"scaling={settings.scaling!r}", "set scaling='standard' or None")
    names = set(network.activation_names)
    unknown = sorted(names - set(SKLEARN_ACTIVATIONS))
    if unknown or len({SKLEARN_ACTIVATIONS[name] for name in names}) > 1:
        raise refusal(
            f"activation={settings.activation!r}",
            "set one of 'identity', 'sigmoid', 'tanh', 'relu' for all hidden layers",
        )
    if is_classifier(estimator):
        wanted = "softmax" if estimator.n_outputs_ > 1 and not model.targets.multilabel else "logistic"
    else:
        wanted = "exp" if estimator.out_activation_ == "exp" else "identity"
        if model.targets.clip_predictions:
            raise refusal("the recipe's clip_predictions=True", "set Recipe(..., clip_predictions=False)")
    if estimator.out_activation_ != wanted:
        raise refusal(f"loss={settings.loss!r}", f"set a loss whose output activation is {wanted}")


def refusal(feature, remedy):
    """Return the ValueError for a `feature` that has no counterpart, with its `remedy`."""
    return ValueError(f"{feature} has no counterpart in scikit-learn's networks; {remedy} and fit again.")
