"""The docstrings of the estimators, generated from the tables of parameters and attributes."""

import inspect
import textwrap
from numbers import Integral

from sklearn.utils._param_validation import Interval, Options, StrOptions

from skbackprop.estimators import parameters as tables
from skbackprop.estimators.constraints import ArrayOf, Function, Instance
from skbackprop.model.recipes import RECIPES
from skbackprop.model.resolving import auto_value, quoted

ATTRIBUTES = """\
coefs_ : list of ndarray of shape (n_{l-1}, n_l)
    The weights W^l; with several networks of shape (n_estimators, n_{l-1}, n_l).
intercepts_ : list of ndarray of shape (n_l,)
    The biases b^l; with several networks of shape (n_estimators, n_l).
n_features_in_ : int
    Number of inputs.
feature_names_in_ : ndarray of shape (n_features_in_,)
    Names of the inputs, if X had them.
columns_ : tuple of ColumnReport
    The interpretation of each column of X in fit: ``name``, ``kind`` ("number", "category", "date", "time of
    day" or "duration"), the ``categories`` that were kept, and the fractions of the rows whose category is
    rare (``rare_share``) or whose value is missing (``missing_share``). It is printed as a table.
resolved_params_ : dict
    The parameters of the last fit, including those of the :class:`Recipe`, with the values that replaced
    "auto"; ``initialization`` has the scheme of each layer.
n_iter_ : int
    Number of complete epochs (with "lbfgs": iterations).
n_layers_ : int
    Number of layers, including inputs and outputs.
n_outputs_ : int
    Number of output neurons.
out_activation_ : str
    Activation of the output layer.
loss_ : float
    The last of ``loss_curve_``.
best_loss_ : float
    The validation loss of the weights that were kept; without validation the smallest of ``loss_curve_``.
best_validation_score_ : float or None
    The largest of ``validation_scores_``.
validation_epochs_ : list of int
    The epochs, counted from 1 within ``loss_curve_``, at whose end there was a validation.
loss_curve_ : list of float
    For each epoch the weighted mean of the data loss over its batches, each computed just before its step,
    with dropout. For a stream, the last 1000 calls of ``partial_fit``.
penalty_curve_ : list of float
    ``alpha / 2 * sum(W ** 2)`` after each epoch.
validation_loss_curve_ : list of float
    Loss on the validation rows after each epoch, without dropout; empty without validation.
validation_scores_ : list of float
    Score on the validation rows after each epoch; empty without validation or with scoring="loss". After a
    change of `scoring` in a warm start, it has the scores of the last of ``validation_epochs_`` only.
oof_score_ : float
    Only with early_stopping="folds": the score (as ``score`` returns it) of the out-of-fold predictions, each
    made by the network that did not train on the row. The mean of all networks, which predicts new rows, is
    usually better.
"""
KINDS = ("classifier", "regressor")
# The longest line of a docstring.
WIDTH = 100


def documented(parameters, kind=None):
    """Return a class decorator that replaces {parameters} and {attributes} in the docstring.

    Parameters
    ----------
    parameters : list of Parameter
    kind : {"classifier", "regressor"}, default=None
        The estimator whose values of "auto" are listed; None for no list.
    """

    def fill_in(cls):
        by_name = {parameter.name: parameter for parameter in parameters}
        signature = inspect.signature(cls.__init__).parameters
        entries = [entry(by_name[name], signature[name].default, kind) for name in list(signature)[1:]]
        doc = inspect.cleandoc(cls.__doc__)
        doc = doc.replace("{parameters}", "\n".join(entries)).replace("{attributes}", ATTRIBUTES.strip())
        cls.__doc__ = doc
        return cls

    return fill_in


def entry(parameter, default, kind):
    """Return the entry of a parameter in a docstring."""
    text = " ".join(parameter.description.split())
    if kind and parameter.name in RECIPES["textbook"][0]:
        text += " " + auto_sentence(parameter.name, kind)
    lines = textwrap.wrap(text, WIDTH - 4, break_long_words=False, break_on_hyphens=False)
    head = f"{parameter.name} : {type_of(parameter)}, default={quoted(default)}"
    return "\n".join([head, *("    " + line for line in lines)])


def type_of(parameter):
    """Return the type of a parameter in numpydoc's notation."""
    choices = tables.choices(parameter.constraints)
    others = [name_of(each, parameter.items) for each in parameter.constraints]
    others = [name for name in others if name]
    if len(choices) > 1:
        others.insert(0, "{" + ", ".join(map(quoted, choices)) + "}")
    elif choices:
        others.append(quoted(choices[0]))
    return others[0] if len(others) == 1 else ", ".join(others[:-1]) + " or " + others[-1]


def name_of(constraint, items):
    """Return the name of a constraint in docstrings; None for strings, which are listed together."""
    if isinstance(constraint, StrOptions):
        return None
    if isinstance(constraint, Interval):
        return "int" if constraint.type is Integral else "float"
    if isinstance(constraint, Options):
        return " or ".join(f"np.{option}" for option in constraint.options)
    if isinstance(constraint, Instance):
        return constraint.type_name
    if isinstance(constraint, ArrayOf):
        return f"array-like of {items}"
    if isinstance(constraint, Function):
        return "callable"
    if isinstance(constraint, type):
        return constraint.__name__
    names = {
        "boolean": "bool",
        "random_state": "int, RandomState instance or None",
        None: "None",
    }
    return names[constraint]


def auto_sentence(name, kind):
    """Return a sentence with the value of "auto" in each recipe."""
    by_value = {}
    for recipe in RECIPES:
        by_value.setdefault(auto_value(name, recipe, kind), []).append(quoted(recipe))
    values = [f"{value} in {' and '.join(recipes)}" for value, recipes in by_value.items()]
    return f'"auto": {"; ".join(values)}.'


def auto_table():
    """Return the value of "auto" for each parameter in each recipe.

    Returns
    -------
    table : dict
        Maps the name of a parameter to a dict that maps (recipe, "classifier" or "regressor") to the value as
        text. The parameters of :class:`Recipe` come last.
    """
    names = [parameter.name for parameter in (*tables.CLASSIFIER, *tables.RECIPE)]
    return {
        name: {
            (recipe, kind): auto_value(name, recipe, kind) if applies(name, kind) else "-"
            for recipe in RECIPES
            for kind in KINDS
        }
        for name in names
        if name in RECIPES["textbook"][0]
    }


def applies(name, kind):
    """Return whether a parameter has an effect on an estimator of this kind."""
    return {"label_smoothing": "classifier", "clip_predictions": "regressor"}.get(name, kind) == kind


def auto_table_rst():
    """Return :func:`auto_table` as a table in reStructuredText."""
    header = ["Parameter", *(f'``"{recipe}"``, {kind}' for recipe in RECIPES for kind in KINDS)]
    rows = [header]
    for name, values in auto_table().items():
        owner = "Recipe: " if name in [parameter.name for parameter in tables.RECIPE] else ""
        rows.append([f"{owner}``{name}``", *values.values()])
    lines = [".. list-table::", "   :header-rows: 1", ""]
    for row in rows:
        lines += [f"   {'*' if i == 0 else ' '} - {cell}" for i, cell in enumerate(row)]
    return "\n".join(lines) + "\n"
