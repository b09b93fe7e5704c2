"""The functions that skl2onnx calls: the types of the outputs, and the graphs."""

import numpy as np
from skl2onnx import update_registered_converter
from skl2onnx.common._container import ModelComponentContainer
from skl2onnx.common._topology import Operator, Scope
from skl2onnx.common.data_types import (
    DoubleTensorType,
    FloatTensorType,
    Int64TensorType,
    StringTensorType,
)
from skl2onnx.common.utils_classifier import get_label_classes
from sklearn.utils.validation import check_is_fitted

from skbackprop.estimators.base import fitted_model
from skbackprop.estimators.classifier import BackpropClassifier
from skbackprop.estimators.regressor import BackpropRegressor
from skbackprop.estimators.transformer import HiddenLayerTransformer, model_and_layer
from skbackprop.onnx.activations import activate
from skbackprop.onnx.graph import Graph
from skbackprop.onnx.inputs import encoded_inputs, scaled, through_input_layer
from skbackprop.onnx.outputs import combined, labels, predictions, probabilities, raw_scores
from skbackprop.onnx.raw_scores import has_two_columns, needs_raw_scores

# The options of skl2onnx's converters for classifiers.
CLASSIFIER_OPTIONS = {
    "zipmap": [True, False, "columns"],
    "output_class_labels": [False, True],
    "nocl": [False, True],
    "raw_scores": [False, True],
}


def register() -> None:
    """Register the converters with skl2onnx."""
    update_registered_converter(
        BackpropClassifier,
        "SkbackpropClassifier",
        classifier_types,
        convert_classifier,
        options=CLASSIFIER_OPTIONS,
    )
    update_registered_converter(BackpropRegressor, "SkbackpropRegressor", regressor_types, convert_regressor)
    update_registered_converter(
        HiddenLayerTransformer, "SkbackpropHiddenLayer", transformer_types, convert_transformer
    )


# The types of the outputs.


def classifier_types(operator: Operator) -> None:
    """Set the types of the labels, and of the probabilities or raw scores."""
    estimator, n_rows = checked(operator)
    classes, targets = class_labels(operator.scope_inst, estimator), fitted_model(estimator).targets
    first, second = operator.outputs
    label_type = StringTensorType if classes.dtype == object else Int64TensorType
    first.type = label_type([n_rows, len(classes)] if targets.multilabel else [n_rows])
    as_raw_outputs = needs_raw_scores(operator) and not has_two_columns(operator)
    second.type = result_type(operator)([n_rows, targets.n_outputs if as_raw_outputs else len(classes)])


def regressor_types(operator: Operator) -> None:
    """Set the type of the predictions, which are two-dimensional even for a single target.

    As in :meth:`.RealTargets.result_dtype`, they are float64 if float32 cannot resolve the spread of y.
    """
    estimator, n_rows = checked(operator)
    resolved = fitted_model(estimator).targets.result_dtype(np.dtype(np.float32)) == np.float32
    kind = result_type(operator) if resolved else DoubleTensorType
    operator.outputs[0].type = kind([n_rows, estimator.n_outputs_])


def transformer_types(operator: Operator) -> None:
    """Set the type of the activations."""
    estimator, n_rows = checked(operator)
    operator.outputs[0].type = result_type(operator)([n_rows, estimator._n_features_out])


def checked(operator):
    """Return the fitted estimator and the number of rows, or None if it is unknown."""
    estimator = operator.raw_operator
    check_is_fitted(estimator)
    column_counts(operator)
    return estimator, operator.inputs[0].get_first_dimension()


def column_counts(operator):
    """Return the number of columns of each input, after checking that their sum is that of the fit."""
    expected = operator.raw_operator.n_features_in_
    counts = [(*variable.type.shape, None, None)[1] for variable in operator.inputs]
    if counts == [None]:
        return [expected]
    if None in counts or sum(counts) != expected:
        names = [variable.raw_name for variable in operator.inputs]
        raise ValueError(
            f"{type(operator.raw_operator).__name__} was fitted on {expected} columns, but the inputs "
            f"{names} of its graph have {counts}."
        )
    return counts


def result_type(operator):
    """Return the type of the results: float64, as skbackprop's are, unless an input is float32.

    Integer and text inputs do not reduce the precision.
    """
    single = any(isinstance(variable.type, FloatTensorType) for variable in operator.inputs)
    return FloatTensorType if single else DoubleTensorType


def class_labels(scope, estimator):
    """Return the classes as int64 or as an object array of str."""
    classes = np.asarray(get_label_classes(scope, estimator))
    if classes.dtype.kind in "biuf" and (classes == classes.astype(np.int64)).all():
        return classes.astype(np.int64)
    texts = classes.astype(object)
    if all(isinstance(text, str) for text in texts):
        return texts
    raise ValueError(
        f"The classes {classes.tolist()} are neither integers nor strings, the only labels that ONNX "
        "supports. Fit with such labels, or convert with the option nocl=True, which returns class indices."
    )


# The graphs.


def convert_classifier(scope: Scope, operator: Operator, container: ModelComponentContainer) -> None:
    """Add the graph of a BackpropClassifier: labels, and probabilities or raw scores."""
    estimator = operator.raw_operator
    model, graph = fitted_model(estimator), Graph(scope, container)
    raw = raw_outputs(graph, operator, model)
    first, second = operator.outputs
    labels(raw, model.targets, class_labels(scope, estimator)).save_as(first)
    dtype = graph.variable(second).dtype
    if needs_raw_scores(operator):
        raw_scores(raw, model.targets, has_two_columns(operator)).astype(dtype).save_as(second)
    else:
        probabilities(raw, model.loss, model.targets, dtype).save_as(second)


def convert_regressor(scope: Scope, operator: Operator, container: ModelComponentContainer) -> None:
    """Add the graph of a BackpropRegressor: predictions."""
    model, graph = fitted_model(operator.raw_operator), Graph(scope, container)
    raw = raw_outputs(graph, operator, model)
    y = predictions(raw, model.loss, model.targets)
    y.astype(graph.variable(operator.outputs[0]).dtype).save_as(operator.outputs[0])


def convert_transformer(scope: Scope, operator: Operator, container: ModelComponentContainer) -> None:
    """Add the graph of a HiddenLayerTransformer: the activations a^l."""
    transformer, graph = operator.raw_operator, Graph(scope, container)
    model, layer = model_and_layer(transformer)
    a = hidden_layers(graph, operator, model, layer + 1)
    if model.network.n_networks > 1:
        a = a.transpose(1, 0, 2).reshape(-1, transformer._n_features_out)
    a.astype(graph.variable(operator.outputs[0]).dtype).save_as(operator.outputs[0])


def raw_outputs(graph, operator, model):
    """Return z^L; for several networks, the raw output of their mean."""
    network = model.network
    a = hidden_layers(graph, operator, model, len(network.activation_names))
    W, b = parameters(network)
    return combined(a @ W[-1] + b[-1], model.loss, network.n_networks)


def hidden_layers(graph, operator, model, n_layers):
    """Return a^l of hidden layer `n_layers`, counted from 1; a^0 if it is 0."""
    network = model.network
    tensors = [graph.variable(variable) for variable in operator.inputs]
    x = encoded_inputs(tensors, column_counts(operator), model)
    a = through_input_layer(scaled(x, model.scaling, network.theta.dtype), network)
    W, b = parameters(network)
    for l in range(n_layers):
        z = a @ W[l] + b[l]  # z^l = a^{l-1} W^l + b^l
        a = activate(z, network.activation_names[l])  # a^l = sigma(z^l)
    return a


def parameters(network):
    """Return W and b of each layer; of E networks they are E x n_{l-1} x n_l and E x 1 x n_l."""
    return network.W, [b if b.ndim == 1 else b[:, None] for b in network.b]
