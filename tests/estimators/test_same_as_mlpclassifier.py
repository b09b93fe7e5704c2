"""What the migration guide calls the network of MLPClassifier trains to the same weights as MLPClassifier."""

import doctest
from pathlib import Path

import numpy as np
import pytest
from sklearn.datasets import make_classification
from sklearn.neural_network import MLPClassifier

PAGE = Path(__file__).parents[2] / "docs" / "mlpclassifier.rst"


def network_of_the_page():
    """Return the estimator that the page defines, and its function for the initial weights."""
    names = {}
    for example in doctest.DocTestParser().get_examples(PAGE.read_text()):
        exec(example.source, names)
        if "same_network" in names:
            return names["same_network"], names["glorot_uniform"]
    raise AssertionError("the page defines no same_network")


@pytest.fixture
def table():
    return make_classification(400, 8, n_informative=5, n_classes=3, random_state=0)


def initial_parameters(X, y):
    """Return the first W and b of MLPClassifier(random_state=0): those after a step of size 1e-30."""
    untrained = MLPClassifier(learning_rate_init=1e-30, alpha=0, max_iter=1, shuffle=False, random_state=0)
    return list(zip(untrained.fit(X, y).coefs_, untrained.intercepts_, strict=True))


@pytest.mark.filterwarnings("ignore:Stochastic Optimizer:", "ignore:The 'max_iter' parameter")
@pytest.mark.parametrize("alpha", [0.0001, 0.5])
def test_same_weights_after_thirty_epochs(table, alpha):
    theirs = MLPClassifier(alpha=alpha, max_iter=30, shuffle=False, random_state=0).fit(*table)
    first = iter(initial_parameters(*table))
    ours, _ = network_of_the_page()
    assert ours.alpha == 0.0001 / 200
    ours.set_params(alpha=alpha / 200, max_iter=30, shuffle=False)
    ours.set_params(recipe__initialization=lambda *_: next(first)).fit(*table)
    for expected, found in zip(
        [*theirs.coefs_, *theirs.intercepts_], [*ours.coefs_, *ours.intercepts_], strict=True
    ):
        # They add Adam's epsilon, 1e-8, at different places.
        np.testing.assert_allclose(found, expected, rtol=0, atol=2e-5)
    if alpha == 0.0001:  # their curve includes the penalty
        np.testing.assert_allclose(ours.loss_curve_, theirs.loss_curve_, rtol=1e-4)


@pytest.mark.filterwarnings("ignore:Stochastic Optimizer:")
def test_initial_weights_have_the_same_distribution(table):
    _, initialization = network_of_the_page()
    for W, b in initial_parameters(*table):
        drawn, bias = initialization(np.random.default_rng(0), *W.shape)
        assert np.abs(drawn).max() == pytest.approx(np.abs(W).max(), rel=0.05)
        assert drawn.std() == pytest.approx(W.std(), rel=0.1)
        assert bias.shape == b.shape
        assert 0 < np.abs(bias).max() <= np.sqrt(6 / sum(W.shape))
