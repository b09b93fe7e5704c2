"""The model: the state of a fitted estimator, and its construction from settings and data."""

import copy
from dataclasses import MISSING, dataclass, field, fields, replace

import numpy as np
from scipy.sparse import issparse
from sklearn.utils import check_random_state

from skbackprop.model.comparison import differ
from skbackprop.model.layers import (
    activation_list,
    dropout_list,
    inputs_of_fixed_scale,
    layer_list,
    make_input_layer,
)
from skbackprop.model.objective import make_loss, make_targets
from skbackprop.model.optimization import make_training
from skbackprop.model.out_of_fold import OutOfFold
from skbackprop.model.recipes import Settings
from skbackprop.model.saved_state import check_parts, checksum
from skbackprop.network.file_checks import require
from skbackprop.network.growth import grow_inputs
from skbackprop.network.initialization import initialize
from skbackprop.network.network import Network
from skbackprop.network.workspace import rows_in_cache
from skbackprop.tables.batches import Batches
from skbackprop.tables.encoding import Encoder
from skbackprop.tables.folds import fold_weights
from skbackprop.tables.row_sampling import random_rows
from skbackprop.tables.rows_on_disk import StoredRows
from skbackprop.tables.scaling import SCALINGS, RunningScaling, Scaling, no_scaling
from skbackprop.tables.statistics import column_medians, count_rows
from skbackprop.training.history import History
from skbackprop.training.loop import Training

# With dtype="auto", float64 input of at most this many numbers is computed in float64: speed does not matter
# for small data, and results are more exact.
FLOAT64_MAX_SIZE = 20_000

# Largest number of rows in a batch of a validation.
VALIDATION_ROWS = 1024


@dataclass
class Model:
    """The state of a fitted estimator.

    ``settings`` are the estimator's parameters with every "auto" resolved (see
    :mod:`skbackprop.model.resolving`). ``encoder`` is None if X is numeric without missing values.
    ``training`` (optimizer state and random generator) is kept for warm_start and partial_fit, else None.
    ``ended_by`` is the reason for the end of the last fit (see :meth:`.Training.run`), None after
    partial_fit. ``parameters`` are the user's values of the parameters that define the network.
    ``out_of_fold`` is None if no rows were held out in folds, or if networks had been trained on rows that
    they hold out. ``folds_digest`` identifies the rows and the folds of all training so far; None if they
    differed, if a stuck network was replaced, or if there were no folds. ``medians`` are those of the columns
    of X, if there is no encoder.
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
    folds_digest: str | None = None
    medians: np.ndarray | None = None

    def __getstate__(self):
        return {**self.__dict__, "checksum": checksum(self.__dict__)}

    def __setstate__(self, state):
        needed = [each.name for each in fields(self) if each.default is each.default_factory is MISSING]
        require(self, state, needed)
        check_parts(state)
        state = dict(state)
        if state.pop("checksum", None) != checksum(state):
            raise ValueError("The numbers of a saved Model do not match its checksum: the file is damaged.")
        self.parameters = {}
        self.__dict__.update(state)

    def copied(self):
        """Return a copy to train, which shares what training never changes, such as the user's objects.

        A fitted model is never trained itself: training that fails or is interrupted then leaves it as it
        was, and other threads can predict with it and save it meanwhile. Nor can it always be trained: its
        parameters may be in a memory map or a shared buffer (joblib's workers, pickle protocol 5, object
        stores), to which BLAS would write regardless of NumPy's flag.
        """
        network, history = copy.deepcopy(self.network), self.history.copied()
        return replace(
            self,
            network=network,
            history=history,
            training=self.training and self.training.copied(network, history),
            targets=copy.copy(self.targets),
            scaling=copy.deepcopy(self.scaling),
        )

    def follow(self, settings):
        """Continue the training with newly resolved `settings`, in which fixed parameters are unchanged.

        An unchanged value is not set again in the parts, because training may have changed it there, such as
        the learning rate of "adaptive".
        """
        before, self.settings = vars(self.settings), settings
        changed = {name: now for name, now in vars(settings).items() if differ(now, before.get(name))}
        if "scoring" in changed:
            self.history.validation_score.clear()
        if self.training is not None and changed.keys() - {"max_iter"}:
            self.training.plateau = None
        for part in (self.training, self.training and self.training.optimizer, self.targets):
            for name in changed:
                if hasattr(part, name):
                    setattr(part, name, changed[name])

    # Training data.

    @property
    def fill_values(self):
        """The numbers for missing ones if there is no encoder: one for each column, or one for all."""
        if self.medians is not None:
            return self.medians
        # Converted from scikit-learn, or saved by a version without medians.
        return 0.0 if self.scaling is None else self.scaling.center

    def encode_for_training(self, y, dtype=None):
        """Return the encoded targets Y, in `dtype` (default: the network's)."""
        return self.targets.encode_for_training(y, dtype or self.network.theta.dtype)

    def row_weights(self, y, sample_weight):
        """Return the weights of the rows times those of their classes; None if all are 1."""
        return self.targets.row_weights(y, sample_weight)

    def observe(self, X, y, sample_weight, encoder, anew=False):
        """Update the scaling and the range of y with further training rows, and adapt the first layer.

        If their `encoder` has new categories, the network gets inputs for them. With `anew`, as in a warm
        start, the statistics of a stream are replaced by those of these rows. The targets have accepted y.
        """
        if encoder is not self.encoder:
            self._follow_growth(encoder)
        if self.scaling is not None:
            self.scaling.update(X, sample_weight, self.network.W[0], self.network.b[0], anew)
        self.targets.observe(y)

    def _follow_growth(self, encoder):
        origins = encoder.origins(self.encoder)
        if origins.size > self.network.n_inputs:
            never_varied = self.scaling is not None and np.isinf(self.scaling.scale).all()
            rng = np.random.default_rng(self.split_seed) if never_varied else None
            optimizer = self.training and self.training.optimizer
            grow_inputs(
                self.network, optimizer, origins, rng, *inputs_of_fixed_scale(encoder, self.settings.kind)
            )
            if self.scaling is not None:
                self.scaling.follow_growth(origins)
        self.encoder = encoder

    def training_batches(self, X, y, sample_weight, rows=None, folds=None):
        """Return the training batches, which consist of `rows` (None: all).

        With `folds` each network trains on all rows except those of its fold (see :func:`.deal_folds`).
        """
        weights = self.row_weights(y, sample_weight)
        if folds is not None and (isinstance(X, StoredRows) or issparse(X)):
            # Their rows take long to read, so they are read once for all networks.
            weights = fold_weights(folds, self.network.n_networks, weights)
        elif folds is not None:
            rows = [np.flatnonzero(folds != e) for e in range(self.network.n_networks)]
        return self._batches(X, y, weights, rows)

    def sampled_batches(self, X, y, sample_weight, n_rows):
        """Return batches of `n_rows` training rows of positive weight drawn at random, or of all if fewer.

        Only these rows are read, encoded and scaled.
        """
        weights = self.row_weights(y, sample_weight)
        rows = random_rows(X.shape[0], weights, n_rows)
        return self._batches(X[rows], y[rows], None if weights is None else weights[rows])

    def _batches(self, X, y, weights, rows=None):
        return Batches(
            X,
            self.encode_for_training(y),
            weights,
            batch_size=self.settings.batch_size,
            dtype=self.network.theta.dtype,
            scaling=self.scaling,
            rows=rows,
        )

    def validation_batches(self, X, y, sample_weight, network, parts=(None,), name="y"):
        """Return the batches of each of `parts`, indices of rows (None: all), to validate `network` on.

        `name` is the name of `y` in error messages.
        """
        dtype = network.theta.dtype
        Y = self.targets.encode(y, dtype, name)
        weights = self.targets.validation_weights(y, sample_weight)
        size = min(VALIDATION_ROWS, rows_in_cache(network))
        return [
            Batches(X, Y, weights, batch_size=size, dtype=dtype, scaling=self.scaling, rows=rows)
            for rows in parts
        ]

    def resume_training(self, random_state):
        """Return the training that was kept, or a new one."""
        if self.training is None:
            seed = check_random_state(random_state).randint(np.iinfo(np.int32).max)
            self.training = make_training(self, seed)
        return self.training


def build_model(X, y, sample_weight, settings, encoder, classes=None, streaming=False):
    """Return a new model with initial weights, for data like `X` and `y`.

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
        Whether X is the first of a stream of batches, each of which updates the scaling.
    """
    targets = make_targets(settings, y, sample_weight, classes)
    hidden = layer_list(settings.hidden_layer_sizes)
    activations = activation_list(settings.activation, len(hidden))
    rates = dropout_list(settings.dropout, len(hidden))
    if settings.solver == "lbfgs" and rates:
        raise ValueError(
            "solver='lbfgs' needs a loss that is the same at every evaluation, and cannot be used with "
            f"dropout={settings.dropout!r}; use solver='adam', 'adamw' or 'sgd' with dropout."
        )
    n_numeric = X.shape[1] if encoder is None else encoder.n_numeric
    scaling = make_scaling(X, sample_weight, settings, n_numeric, streaming)
    input_layer = make_input_layer(settings, X, sample_weight, scaling, encoder)
    n_inputs = X.shape[1] if input_layer is None else input_layer.n_outputs
    dtype = compute_dtype(X, sample_weight, settings.dtype)
    sizes = [n_inputs, *hidden, targets.n_outputs]
    network = Network(sizes, activations, rates, dtype, input_layer, settings.n_estimators)
    seeds = check_random_state(settings.random_state).randint(np.iinfo(np.int32).max, size=2)
    loss = make_loss(settings, targets)
    model = Model(network, loss, targets, scaling, History(), seeds[1], settings, encoder)
    model.medians = column_medians(X, sample_weight) if encoder is None else None
    model.training = make_training(model, seeds[0])
    fixed_scales = inputs_of_fixed_scale(encoder, settings.kind)
    initialize(network, model.training.rng, settings.initialization, *fixed_scales)
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


def compute_dtype(X, sample_weight, dtype):
    """Return the dtype in which the network computes."""
    if dtype != "auto":
        return np.dtype(dtype)
    small = count_rows(X, sample_weight) * X.shape[1] <= FLOAT64_MAX_SIZE
    return np.dtype(np.float64 if small and X.dtype != np.float32 else np.float32)
