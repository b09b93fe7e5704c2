"""The model: what a fitted estimator keeps, and how it is built from settings and data."""

import copy
from dataclasses import MISSING, dataclass, field, fields

import numpy as np
from sklearn.utils import check_random_state

from skbackprop.model.layers import activation_list, dropout_list, layer_list
from skbackprop.model.objective import make_loss, make_targets
from skbackprop.model.out_of_fold import OutOfFold
from skbackprop.model.recipes import Settings, make_input_layer, make_optimizer
from skbackprop.model.saved_state import check_parts, checksum
from skbackprop.network.file_checks import require
from skbackprop.network.growth import grow_inputs
from skbackprop.network.initialization import initialize
from skbackprop.network.kernels.ownership import is_owned
from skbackprop.network.network import Network
from skbackprop.tables.batches import Batches
from skbackprop.tables.encoding import Encoder
from skbackprop.tables.folds import fold_weights
from skbackprop.tables.scaling import SCALINGS, RunningScaling, Scaling, no_scaling
from skbackprop.training.history import History
from skbackprop.training.loop import Training

# dtype="auto" computes float64 input in float64 up to this many numbers in X: there speed does
# not matter, and results agree to the last digits that float64 has.
FLOAT64_MAX_SIZE = 20_000

# The parameters that a fit that goes on takes anew; the others made the network what it is.
CHANGEABLE = (
    "max_iter",
    "early_stopping",
    "calibrated",
    "n_iter_no_change",
    "batch_size",
    "shuffle",
    "learning_rate",
    "schedule",
    "power_t",
    "regularization_schedule",
    "alpha",
    "clip_norm",
    "max_norm",
    "momentum",
    "nesterov",
    "beta_1",
    "beta_2",
    "epsilon",
    "class_weight",
    "label_smoothing",
    "clip_predictions",
)

# Rows per batch of a validation.
VALIDATION_ROWS = 1024


@dataclass
class Model:
    """What a fitted estimator keeps.

    ``settings`` are the estimator's parameters with every "auto" resolved (see
    :mod:`skbackprop.model.recipes`). ``encoder`` is None where X is numbers without gaps. ``training``
    (optimizer states and random generator) is there where warm_start or partial_fit may go on with
    it, and None otherwise. ``ended_by`` is the reason for the end of the last fit (see
    :meth:`.Training.run`), None after partial_fit, which ends when the user ends it. ``parameters`` are those
    that made the network, as the user gave them. ``out_of_fold`` is None where no rows were held
    out in folds.
    """

    network: Network
    loss: object
    targets: object
    scaling: Scaling | None
    history: History
    split_seed: int
    settings: Settings
    encoder: Encoder | None
    training: Training | None = None
    ended_by: str | None = None
    parameters: dict = field(default_factory=dict)
    out_of_fold: OutOfFold | None = None

    def __getstate__(self):
        # A copy, whose numbers another thread that trains this model does not change while they are written.
        state = copy.deepcopy(self.__dict__)
        return {**state, "checksum": checksum(state)}

    def __setstate__(self, state):
        needed = [each.name for each in fields(self) if each.default is each.default_factory is MISSING]
        require(self, state, needed)
        check_parts(state)
        state = dict(state)
        if state.pop("checksum", None) != checksum(state):
            raise ValueError(
                "The numbers of a saved Model are not those that were saved: the file is damaged."
            )
        self.parameters = {}
        self.__dict__.update(state)

    def owned(self):
        """Return the model to train: this one, or a copy if training must not write to its memory.

        Parameters opened as a memory map, or shared by buffers (joblib's workers, pickle protocol 5, object
        stores), are read-only or another's; BLAS would write to them regardless of NumPy's flag.
        """
        network, optimizer = self.network, self.training and self.training.optimizer
        moments = [] if optimizer is None else [moment.array for moment in optimizer.moments]
        parameters = [network.theta, *network.W, *network.b, *network.input_parameters.values()]
        return self if all(map(is_owned, parameters + moments)) else copy.deepcopy(self)

    def follow(self, settings):
        """Take over the changeable values of newly resolved `settings`, for a training that goes on."""
        training = self.training
        parts = (training, training and training.optimizer, self.targets)
        for name in CHANGEABLE:
            value = getattr(settings, name, None)  # a regressor has no class_weight
            if value == getattr(self.settings, name, None):
                continue  # what the training has made of it ("adaptive" lowers its learning rate) stays
            setattr(self.settings, name, value)
            for part in parts:
                if hasattr(part, name):
                    setattr(part, name, value)

    # What is learned.

    def encode_for_training(self, y, dtype=None):
        """Return Y as the network learns it, in `dtype` (default: the network's)."""
        return self.targets.encode_for_training(y, dtype or self.network.theta.dtype)

    def row_weights(self, y, sample_weight):
        """Return the weights of the rows times those of their classes; None if all are 1."""
        return self.targets.row_weights(y, sample_weight)

    def observe_inputs(self, X, sample_weight, encoder):
        """Let the scaling take in further rows of the training; the first layer follows it.

        Where their `encoder` has new categories, the network gets inputs for these.
        """
        if encoder is not self.encoder:
            self._follow_growth(encoder)
        if self.scaling is not None:
            self.scaling.update(X, sample_weight, self.network.W[0], self.network.b[0])

    def _follow_growth(self, encoder):
        origins = encoder.origins(self.encoder)
        if origins.size > self.network.n_inputs:
            never_varied = self.scaling is not None and np.isinf(self.scaling.scale).all()
            rng = np.random.default_rng(self.split_seed) if never_varied else None
            grow_inputs(self.network, self.training and self.training.optimizer, origins, rng)
            if self.scaling is not None:
                self.scaling.follow_growth(origins)
        self.encoder = encoder

    def training_batches(self, X, y, sample_weight, rows=None, folds=None):
        """Return the batches to train on, made of `rows` (None: all).

        With `folds` each network trains on all rows but those of its fold (see :func:`.deal_folds`).
        """
        self.targets.observe(y)
        weights = self.row_weights(y, sample_weight)
        return Batches(
            X,
            self.encode_for_training(y),
            weights if folds is None else fold_weights(folds, self.network.n_networks, weights),
            batch_size=self.settings.batch_size,
            dtype=self.network.theta.dtype,
            scaling=self.scaling,
            rows=rows,
        )

    def validation_batches(self, X, y, sample_weight, parts=(None,), name="y"):
        """Return the batches to validate on for each of `parts`, indices of rows (None: all).

        `name` is what messages call `y`.
        """
        dtype = self.network.theta.dtype
        Y = self.targets.encode(y, dtype, name)
        weights = self.targets.validation_weights(y, sample_weight)
        return [
            Batches(X, Y, weights, batch_size=VALIDATION_ROWS, dtype=dtype, scaling=self.scaling, rows=rows)
            for rows in parts
        ]

    def resume_training(self, random_state):
        """Return the training, a new one where it was not kept."""
        if self.training is None:
            seed = check_random_state(random_state).randint(np.iinfo(np.int32).max)
            self.training = make_training(self, seed)
        return self.training


def build_model(X, y, sample_weight, settings, encoder, classes=None, streaming=False):
    """Return a new model for data of this kind, with initial weights.

    Parameters
    ----------
    X : ndarray or CSR matrix of shape (n_samples, n_features)
        Encoded inputs.
    y : ndarray of shape (n_samples,) or (n_samples, n_outputs), or indicator matrix
    sample_weight : ndarray of shape (n_samples,) or None
    settings : Settings
        Resolved parameters.
    encoder : Encoder or None
    classes : array-like, default=None
        All classes, if `y` may lack some of them.
    streaming : bool, default=False
        Whether X is the first of a stream of batches, for which the scaling moves.
    """
    targets = make_targets(settings, y, sample_weight, classes)
    hidden = layer_list(settings.hidden_layer_sizes)
    activations = activation_list(settings.activation, len(hidden))
    rates = dropout_list(settings.dropout, len(hidden))
    if settings.solver == "lbfgs" and rates:
        raise ValueError(
            "solver='lbfgs' needs a loss that is the same at every evaluation, which dropout "
            f"(dropout={settings.dropout!r}) does not give; use solver='adam', 'adamw' or 'sgd' with dropout."
        )
    n_numeric = X.shape[1] if encoder is None else encoder.n_numeric
    scaling = make_scaling(X, sample_weight, settings, n_numeric, streaming)
    rarely_used = () if encoder is None else encoder.rarely_used
    input_layer = make_input_layer(settings.input_layer, X, n_numeric, settings.n_estimators, rarely_used)
    n_inputs = X.shape[1] if input_layer is None else input_layer.n_outputs
    dtype = compute_dtype(X, settings.dtype)
    sizes = [n_inputs, *hidden, targets.n_outputs]
    network = Network(sizes, activations, rates, dtype, input_layer, settings.n_estimators)
    seeds = check_random_state(settings.random_state).randint(np.iinfo(np.int32).max, size=2)
    loss = make_loss(settings, targets)
    model = Model(network, loss, targets, scaling, History(), seeds[1], settings, encoder)
    model.training = make_training(model, seeds[0])
    initialize(network, model.training.rng, settings.initialization, rarely_used)
    return model


def make_scaling(X, sample_weight, settings, n_numeric, moving):
    """Return the scaling of the first `n_numeric` columns of X; None if it would change no number."""
    if moving and settings.scaling == "standard" and settings.input_layer is None:
        return RunningScaling(X, sample_weight, n_numeric)
    if settings.scaling is None or n_numeric == 0:
        scaling = no_scaling(X, sample_weight)
        return scaling if np.isinf(scaling.scale).any() else None
    scaling = SCALINGS[settings.scaling](X[:, :n_numeric], sample_weight)
    return scaling if n_numeric == X.shape[1] else scaling.widen(X, sample_weight)


def compute_dtype(X, dtype):
    """Return what the network computes in."""
    if dtype != "auto":
        return np.dtype(dtype)
    small = X.shape[0] * X.shape[1] <= FLOAT64_MAX_SIZE
    return np.dtype(np.float64 if small and X.dtype != np.float32 else np.float32)


def make_training(model, seed):
    """Return a new training of the network of `model`."""
    settings = model.settings
    return Training(
        model.network,
        model.loss,
        make_optimizer(settings, model.network),
        np.random.Generator(np.random.SFC64(seed)),
        model.history,
        learning_rate=settings.learning_rate,
        schedule=settings.schedule,
        power_t=settings.power_t,
        regularization_schedule=settings.regularization_schedule,
        clip_norm=settings.clip_norm,
        max_norm=settings.max_norm,
        shuffle=settings.shuffle,
    )
