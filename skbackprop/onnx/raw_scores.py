"""The option "raw_scores" of skl2onnx: the z^L of decision_function instead of probabilities.

CalibratedClassifierCV, and StackingClassifier with stack_method="decision_function", are fitted on z^L, and
their graphs need it. skl2onnx sets the option for the inner classifiers, but not if these are in a Pipeline
or in a search; in this case the ensembles of the graph are searched for the estimator.

For two classes the result of ``decision_function``, and hence the output, is one column. Some converters of
skl2onnx, however, read the second of two columns, -z and z, as written by its converter of
LogisticRegression; those of the option "zipmap" read a column for each class.
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


def needs_raw_scores(operator):
    """Return whether the option is set, or an ensemble of the graph was fitted on decision_function."""
    scope, estimator = operator.scope_inst, operator.raw_operator
    if is_read_by((CalibratedClassifierCV, StackingClassifier), scope, estimator):
        return True
    return any(
        scope.get_options(each.raw_operator, {"raw_scores": False}, fail=False).get("raw_scores", False)
        for each in scope.operators.values()
        if last_estimator(each.raw_operator) is estimator
    )


def has_two_columns(operator):
    """Return whether the raw scores of two classes are -z and z, because a converter reads the second one."""
    scope = operator.scope_inst
    zipmaps = [each for each in scope.operators.values() if each.type.startswith("SklearnZipMap")]
    if any(operator.outputs[1] in each.inputs for each in zipmaps):
        return True
    return is_read_by(READERS_OF_TWO_COLUMNS, scope, operator.raw_operator)


def is_read_by(kind, scope, estimator):
    """Return whether an ensemble of this type in the graph contains `estimator`.

    A StackingClassifier must use its decision_function.
    """
    ensembles = [operator.raw_operator for operator in scope.operators.values()]
    return any(
        last_estimator(member) is estimator
        for ensemble in ensembles
        if isinstance(ensemble, kind)
        for member in members(ensemble)
    )


def members(ensemble):
    """Return the fitted classifiers of an ensemble; of a stack, those whose decision_function it uses."""
    if isinstance(ensemble, CalibratedClassifierCV):
        return [calibrated.estimator for calibrated in ensemble.calibrated_classifiers_]
    if isinstance(ensemble, StackingClassifier):
        methods = zip(ensemble.estimators_, ensemble.stack_method_, strict=False)
        return [member for member, method in methods if method == "decision_function"]
    return ensemble.estimators_


def last_estimator(estimator):
    """Return the final estimator of (nested) pipelines and searches, or the estimator itself."""
    while isinstance(estimator, (Pipeline, GridSearchCV, RandomizedSearchCV)):
        estimator = estimator[-1] if isinstance(estimator, Pipeline) else estimator.best_estimator_
    return estimator
