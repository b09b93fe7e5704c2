"""The documentation of the parameters and attributes that both estimators have, written once."""

import inspect
import re

SECTIONS = {
    "hidden_layer_sizes": """
hidden_layer_sizes : int, sequence of int or "auto", default="auto"
    Units of each hidden layer; () is a linear model.
""",
    "activation": """
activation : str or sequence of str, default="auto"
    sigma of the hidden layers, one name or one for each layer: "identity", "sigmoid" (also called
    "logistic"), "tanh", "relu", "leaky_relu", "elu", "selu", "softplus", "silu", "gelu", "mish".
recipe : {"tabular", "fast", "textbook"}, default="tabular"
    What "auto" means for the parameters that are left at it. "tabular" was found by measuring on
    many data sets; "fast" is a smaller network for the hurried; "textbook" is the plain network
    that scikit-learn has too: one hidden layer of 100 rectifiers, Adam with a constant rate, no
    regularisation but a little L2 (see :mod:`skbackprop.model.recipes`).
n_estimators : int or "auto", default="auto"
    Networks that are trained side by side on the same batches, each from first weights (and with
    dropout masks) of its own; predictions are the mean of theirs. "auto": 2 with the recipe
    "tabular", else 1.
""",
    "network": """
dropout : float, sequence of float or "auto", default="auto"
    Probability of dropping a hidden unit in training, in [0, 1); one or one for each layer.
input_dropout : float, default=0.0
    The same for the inputs.
""",
    "training": """
solver : {"sgd", "adam", "adamw", "lbfgs", "auto"}, default="auto"
    How the gradient becomes a step. "lbfgs" takes all rows at once: for small data, and without
    dropout. With "sgd" and "lbfgs", "auto" means the textbook's values for the other parameters.
learning_rate : float or "auto", default="auto"
    eta, the step size; not used by "lbfgs".
schedule : str or callable, default="auto"
    How the learning rate changes: "constant", "cosine", "one_cycle", "coslog4", "flat_cos"
    (functions of the fraction of max_iter that is done, see :mod:`skbackprop.network.schedules`),
    "invscaling" (divided by epoch ** power_t), "adaptive" (divided by 5 when the loss has not
    fallen for n_iter_no_change epochs), or a callable of the fraction done that returns a factor.
power_t : float, default=0.5
    For "invscaling".
alpha : float or "auto", default="auto"
    L2 penalty: adds ``alpha / 2 * sum(W ** 2)`` to the mean loss, whatever the batch size. With
    "adamw" the weights shrink by ``learning_rate * alpha`` at each step instead.
max_norm : float or None, default=None
    Bound on the norm of each unit's incoming weights.
clip_norm : float or None, default=None
    Bound on the norm of the gradient.
batch_size : int or "auto", default="auto"
    Rows a step. "lbfgs" sums over blocks of so many rows.
max_iter : int or "auto", default="auto"
    Epochs; iterations of "lbfgs".
max_fun : int, default=15000
    Bound on the evaluations of the loss by "lbfgs".
momentum : float, default=0.9
    For "sgd", in [0, 1).
nesterov : bool, default=True
    Whether the momentum of "sgd" is Nesterov's.
beta_1 : float, default=0.9
    Decay of the first moment of "adam" and "adamw", in [0, 1).
beta_2 : float or "auto", default="auto"
    Decay of their second moment, in [0, 1).
epsilon : float, default=1e-8
    Added to the root of the second moment in "adam" and "adamw".
regularization_schedule : str or callable, default="auto"
    The factor on dropout and alpha, as a schedule of the fraction done: "flat_cos" fades them out
    in the second half.
parametrization : {"standard", "ntk", "auto"}, default="auto"
    "ntk" (neural tangent) gives each layer a learning rate that fits its width; the learning rate
    itself is then some 50 times larger.
front : {"scale", "periodic", "auto"} or None, default="auto"
    What stands before the first layer: a learned scale for each input, the same with periodic
    embeddings of the numeric inputs, or nothing (see :mod:`skbackprop.network.input_layer`). Dense
    inputs only.
initialization : {"auto", "he", "glorot", "lecun", "normal", "zeros"} or callable, default="auto"
    Scheme of the first weights (see :mod:`skbackprop.network.initialization`); "auto" takes each layer's
    from its activation: he for the rectifiers, lecun for selu, glorot for sigmoid and tanh; with
    the parametrisation "ntk" lecun, and zeros for the output layer. A callable is asked for each
    layer in turn, as ``initialization(rng, n_in, n_out)``, and returns its weights of shape (n_in,
    n_out) and its biases of shape (n_out,).
scaling : {"standard", "robust", "auto"} or None, default="auto"
    How inputs, and a regressor's target, are scaled inside: "standard" to mean 0 and variance 1,
    "robust" by quartiles with a smooth bound on outliers (the target: as "standard"). None is the
    bare network.
categorical_features : "from_dtype", array-like of bool, int or str, or None, default="from_dtype"
    Which columns of X are categories, to be encoded one-hot: by their type in a pandas or polars
    frame (categorical, string, object), or a mask, positions or names. Unseen categories are all
    zeros, missing ones a category of their own. Missing numbers are replaced by the median, with
    an indicator for each column that had some in fit.
dtype : {"auto", "float32", "float64"}, default="auto"
    What the network computes in. "auto": float32 for float32 input and where X has more than
    20,000 numbers, else float64. Results have the dtype of X.
""",
    "stopping": """
early_stopping : bool or "auto", default="auto"
    Whether a share of the rows is held out, and the weights of the epoch that is best on it are
    kept. Classes are held out in equal shares. "auto": in the recipes "tabular" and "fast" of the
    classifier for tables of 100 to 1,999 rows, else not.
validation_fraction : float, default=0.1
    The share, in (0, 1).
n_iter_no_change : int, None or "auto", default="auto"
    Training stops after so many epochs in a row without an improvement by `tol`; None is never.
tol : float, default=1e-4
    Least improvement, of the validation where there is one, else of the loss with the penalty.
    For "lbfgs": the largest component of the gradient at which it stops.
scoring : str or callable, default="loss"
    What is watched on the validation rows: "loss", or a scorer as in scikit-learn.
warm_start : bool, default=False
    Whether fit goes on from the last fit: weights, optimizer and random numbers. Parameters of the
    training (max_iter, learning_rate, schedule, alpha, batch_size and the like) may change in
    between; those that the network is made of stay as they were.
shuffle : bool, default=True
    Whether each epoch takes the rows in a new order.
random_state : int, RandomState instance or None, default=None
    Decides the first weights, the order of the rows, dropout and the held-out rows.
verbose : bool, default=False
    Whether to print a line an epoch.
""",
    "attributes": """
coefs_ : list of ndarray of shape (n_{l-1}, n_l)
    The weights W^l; with several networks of shape (n_estimators, n_{l-1}, n_l).
intercepts_ : list of ndarray of shape (n_l,)
    The biases b^l; with several networks of shape (n_estimators, n_l).
n_features_in_ : int
    Number of inputs.
feature_names_in_ : ndarray of shape (n_features_in_,)
    Names of the inputs, where X had them.
n_iter_ : int
    Epochs done.
n_layers_ : int
    Number of layers, inputs and outputs included.
n_outputs_ : int
    Number of output neurons.
out_activation_ : str
    Activation of the output layer.
loss_ : float
    The last of `loss_curve_`.
best_loss_ : float
    The smallest of `validation_loss_curve_`, or of `loss_curve_` without a validation.
best_validation_score_ : float or None
    The largest of `validation_scores_`.
loss_curve_ : list of float
    For each epoch the weighted mean of the data loss over its batches, each taken just before its
    step, with dropout as in training. Of a stream, the last 1000 calls of ``partial_fit``.
penalty_curve_ : list of float
    ``alpha / 2 * sum(W ** 2)`` after each epoch.
validation_loss_curve_ : list of float
    Loss on the validation rows after each epoch, without dropout; empty without a validation.
validation_scores_ : list of float
    Score on them; empty with scoring="loss", too.
""",
}


def shared_parameters(cls):
    """Put the sections into the docstring of `cls`, where it has their names in braces."""
    doc = inspect.cleandoc(cls.__doc__)
    for name, text in SECTIONS.items():
        doc = doc.replace("{" + name + "}", text.strip())
    cls.__doc__ = re.sub(r"\{\{(.*?)\}\}", r"{\1}", doc)
    return cls
