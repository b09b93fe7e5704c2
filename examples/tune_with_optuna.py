"""
Tuning with Optuna
==================

A callback reports the loss of each epoch to Optuna, and ends unpromising trials. Callbacks require
scikit-learn 1.9 or later; with an older version, ``warm_start`` trains one epoch at a time.
"""

# sphinx_gallery_thumbnail_path = 'outputs/tune_with_optuna.png'

import warnings

from sklearn.datasets import load_digits
from sklearn.model_selection import train_test_split

from skbackprop import BackpropClassifier

try:
    import optuna
except ImportError:
    raise SystemExit('This example needs Optuna: pip install ".[clients]"') from None

X, y = load_digits(return_X_y=True)
X, X_test, y, y_test = train_test_split(X, y, stratify=y, random_state=0)
X_train, X_val, y_train, y_val = train_test_split(X, y, stratify=y, random_state=0)
VALIDATION = {"X_val": X_val, "y_val": y_val}


class ReportToOptuna:
    """Report the validation loss of every epoch to a trial; end the fit if the trial is to be pruned."""

    def __init__(self, trial):
        self.trial = trial

    def setup(self, estimator, context):
        pass

    def teardown(self, estimator, context):
        pass

    def on_fit_task_begin(self, estimator, context):
        pass

    def on_fit_task_end(self, estimator, context, *, fitted_estimator):
        if context.task_name != "epoch":
            return False
        self.trial.report(fitted_estimator.validation_loss_curve_[-1], step=context.task_id)
        return self.trial.should_prune()


def fit_by_callback(network, trial):
    """Fit `network` and report each epoch by a callback (scikit-learn 1.9 and later)."""
    network.set_callbacks(ReportToOptuna(trial)).fit(X_train, y_train, **VALIDATION)


def fit_by_warm_start(network, trial):
    """Fit `network` one epoch at a time with a constant schedule and report each epoch, without callbacks."""
    n_epochs = network.max_iter
    network.set_params(warm_start=True, max_iter=1, schedule="constant")
    for epoch in range(n_epochs):
        network.fit(X_train, y_train, **VALIDATION)
        trial.report(network.validation_loss_curve_[-1], step=epoch)
        if trial.should_prune():
            break


def objective(trial):
    """Return the validation loss of a network whose parameters the trial suggests."""
    network = BackpropClassifier(
        hidden_layer_sizes=(64,),
        learning_rate=trial.suggest_float("learning_rate", 0.001, 0.3, log=True),
        dropout=trial.suggest_float("dropout", 0.0, 0.4),
        max_iter=12,
        random_state=0,
    )
    fit = fit_by_callback if hasattr(network, "set_callbacks") else fit_by_warm_start
    fit(network, trial)
    if trial.should_prune():
        raise optuna.TrialPruned
    return network.best_loss_


optuna.logging.set_verbosity(optuna.logging.WARNING)
study = optuna.create_study(
    sampler=optuna.samplers.TPESampler(seed=0),
    pruner=optuna.pruners.MedianPruner(n_startup_trials=4, n_warmup_steps=2),
)
with warnings.catch_warnings():
    warnings.simplefilter("ignore")  # trials of a few epochs need not converge
    study.optimize(objective, n_trials=16)

for trial in study.trials:
    losses = list(trial.intermediate_values.values())
    print(f"trial {trial.number:2d}  {len(losses):2d} epochs  loss {losses[-1]:.3f}  {trial.state.name}")
best = BackpropClassifier(hidden_layer_sizes=(64,), **study.best_params, max_iter=12, random_state=0)
print(f"best: {study.best_params}; accuracy on the test rows {best.fit(X, y).score(X_test, y_test):.3f}")
