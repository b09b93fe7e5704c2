"""skl2onnx's option "raw_scores": decision_function's z^L in place of the probabilities.

CalibratedClassifierCV, and StackingClassifier with stack_method="decision_function", are fitted on z^L, and
their graphs need it. skl2onnx sets the option for the classifiers within, but loses it where these are in a
Pipeline or in a search; so the ensembles of the graph are searched for the estimator.

For two classes ``decision_function`` is one column, and so is the output. Some of skl2onnx's converters,
however, read the second of two columns, -z and z, which its LogisticRegression has.
"""

from sklearn.calibration import CalibratedClassifierCV
from sklearn.ensemble import BaggingClassifier, StackingClassifier
from sklearn.model_selection import GridSearchCV, RandomizedSearchCV
from sklearn.multiclass import OneVsOneClassifier, OneVsRestClassifier
from sklearn.pipeline import Pipeline

# The estimators whose converters read the second column.
READERS_OF_TWO_COLUMNS = (
    CalibratedClassifierCV,
    OneVsRestClassifier,
    OneVsOneClassifier,
    BaggingClassifier,
)


def wants_raw_scores(options_of, scope, estimator):
    """Whether the option is set, or an ensemble of the graph was fitted on decision_function.

    Parameters
    ----------
    options_of : callable
        The get_options of skl2onnx's scope or container.
    scope : skl2onnx.common._topology.Scope
    estimator : BackpropClassifier
    """
    if is_read_by((CalibratedClassifierCV, StackingClassifier), scope, estimator):
        return True
    return any(
        options_of(operator.raw_operator, {"raw_scores": False}, fail=False).get("raw_scores", False)
        for operator in scope.operators.values()
        if last_estimator(operator.raw_operator) is estimator
    )


def has_two_columns(scope, estimator):
    """Whether the raw scores of two classes are -z and z, because a converter reads the second column."""
    return is_read_by(READERS_OF_TWO_COLUMNS, scope, estimator)


def is_read_by(kind, scope, estimator):
    """Whether an ensemble of this kind in the graph holds `estimator`; a stack, for its decision_function."""
    ensembles = [operator.raw_operator for operator in scope.operators.values()]
    return any(
        last_estimator(member) is estimator
        for ensemble in ensembles
        if isinstance(ensemble, kind)
        for member in members(ensemble)
    )


def members(ensemble):
    """Return the fitted classifiers within an ensemble; of a stack those whose decision_function it takes."""
    if isinstance(ensemble, CalibratedClassifierCV):
        return [calibrated.estimator for calibrated in ensemble.calibrated_classifiers_]
    if isinstance(ensemble, StackingClassifier):
        methods = zip(ensemble.estimators_, ensemble.stack_method_, strict=False)
        return [member for member, method in methods if method == "decision_function"]
    return ensemble.estimators_


def last_estimator(estimator):
    """Return what makes the output of pipelines and searches, at any depth; any other estimator itself."""
    while isinstance(estimator, (Pipeline, GridSearchCV, RandomizedSearchCV)):
        estimator = estimator[-1] if isinstance(estimator, Pipeline) else estimator.best_estimator_
    return estimator
