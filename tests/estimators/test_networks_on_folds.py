"""Networks on folds: each holds out rows of its own, and what it says about them is honest."""

import pickle
import warnings

import numpy as np
import pytest
from scipy.sparse import csr_array
from sklearn.datasets import load_breast_cancer, load_diabetes, load_iris, make_multilabel_classification
from sklearn.exceptions import ConvergenceWarning
from sklearn.metrics import accuracy_score, log_loss, r2_score
from sklearn.preprocessing import StandardScaler

from skbackprop import BackpropClassifier, BackpropRegressor, Recipe
from skbackprop.estimators.rows import check_groups
from skbackprop.estimators.warnings import SAMPLE_ROWS
from skbackprop.network.members import copy_members, member
from skbackprop.tables.targets import RealTargets

SMALL = {
    "hidden_layer_sizes": (8,),
    "n_estimators": 4,
    "max_iter": 6,
    "early_stopping": "folds",
    "random_state": 0,
}
X, Y = load_breast_cancer(return_X_y=True)
X_REAL, Y_REAL = load_diabetes(return_X_y=True)


def test_pure_noise_has_an_honest_score():
    rng = np.random.default_rng(0)
    noise, labels = rng.standard_normal((200, 20)), rng.integers(0, 2, 200)
    model = BackpropClassifier((64,), n_estimators=4, max_iter=60, random_state=0)
    seen = model.set_params(early_stopping=False).fit(noise, labels).score(noise, labels)
    assert seen > 0.8  # rows that a network has trained on give it a score far above chance
    assert abs(model.set_params(early_stopping="folds").fit(noise, labels).oof_score_ - 0.5) < 0.12


def test_a_fold_is_not_seen_by_its_network():
    """Other targets in a fold change all networks but the one that holds it out."""
    model = BackpropRegressor(**SMALL).set_params(
        scaling=None, recipe=Recipe("tabular", input_layer=None, clip_predictions=False), alpha=0.0
    )
    features, y = StandardScaler().fit_transform(X_REAL), (Y_REAL - Y_REAL.mean()) / Y_REAL.std()
    model.fit(features, y)
    folds = model._model.out_of_fold.folds
    # One epoch: no choice of the best epoch by the held-out rows.
    model.set_params(max_iter=1).fit(features, y)
    before = [W.copy() for W in model.coefs_]
    changed = np.where(folds == 2, -y, y)
    after = model.fit(features, changed).coefs_
    np.testing.assert_array_equal(model._model.out_of_fold.folds, folds)
    for W, V in zip(before, after, strict=True):
        same = [np.array_equal(W[e], V[e]) for e in range(4)]
        assert same == [False, False, True, False]


@pytest.mark.parametrize("as_container", [np.asarray, csr_array])
def test_out_of_fold_predictions_are_those_of_the_network_that_held_the_row_out(as_container):
    model = BackpropClassifier(**SMALL).fit(as_container(X), Y)
    folds = model._model.out_of_fold.folds
    expected = np.full((X.shape[0], 2), np.nan)
    ensemble = model._model.network
    for e in range(4):
        model._model.network = member(ensemble, e)
        expected[folds == e] = model.predict_proba(as_container(X[folds == e]))
    model._model.network = ensemble
    np.testing.assert_allclose(model.oof_decision_function_, expected, rtol=1e-5)
    assert model.oof_score_ == pytest.approx(accuracy_score(Y, expected.argmax(axis=1)))


def test_the_validation_loss_is_that_of_the_weights_kept():
    model = BackpropClassifier(**SMALL).fit(X, Y)
    assert len(model.validation_loss_curve_) == model.n_iter_ == 6
    assert model.best_loss_ == pytest.approx(log_loss(Y, model.oof_decision_function_), rel=1e-5)


def test_each_network_keeps_its_own_best_epoch():
    """Without a temperature, which depends on all networks, the kept loss is below the best of the curve."""
    model = BackpropRegressor(**SMALL).fit(X_REAL, Y_REAL)
    assert len(set(model._model.history.kept_epochs)) > 1
    assert model.best_loss_ < min(model.validation_loss_curve_)


def test_a_regressor_has_predictions_in_the_units_of_y():
    model = BackpropRegressor(**SMALL).fit(X_REAL, Y_REAL)
    assert model.oof_prediction_.shape == Y_REAL.shape
    assert model.oof_score_ == pytest.approx(r2_score(Y_REAL, model.oof_prediction_))
    two = BackpropRegressor(**SMALL).fit(X_REAL, np.c_[Y_REAL, -Y_REAL])
    assert two.oof_prediction_.shape == (len(Y_REAL), 2)


def test_multilabel():
    features, labels = make_multilabel_classification(n_samples=150, random_state=0)
    model = BackpropClassifier(**SMALL).fit(features, labels)
    assert model.oof_decision_function_.shape == labels.shape
    # A combination of labels that no other row has is held out like the others.
    assert not np.isnan(model.oof_decision_function_).any()
    assert model.oof_score_ == pytest.approx(accuracy_score(labels, model.oof_decision_function_ > 0.5))


def test_weights_count_in_the_score_and_rows_without_weight_do_not():
    weights = np.ones(len(Y))
    weights[::7] = 0
    model = BackpropClassifier(**SMALL).fit(X, Y, sample_weight=weights)
    proba = model.oof_decision_function_
    assert np.isnan(proba[::7]).all()
    seen = weights > 0
    assert not np.isnan(proba[seen]).any()
    assert model.oof_score_ == pytest.approx(accuracy_score(Y[seen], proba[seen].argmax(axis=1)))


@pytest.mark.parametrize("scoring", ["roc_auc", "neg_log_loss"])
def test_a_scorer_decides_about_each_network(scoring):
    model = BackpropClassifier(**SMALL, scoring=scoring).fit(X, Y)
    assert len(model.validation_scores_) == 6
    assert len(set(model.validation_scores_)) == 6


def test_rows_of_a_group_are_held_out_together():
    # Twins with equal targets: whoever has seen the one knows the other.
    rng = np.random.default_rng(0)
    twins, labels = (
        np.repeat(rng.standard_normal((150, 10)), 2, axis=0),
        np.repeat(rng.integers(0, 2, 150), 2),
    )
    settings = {"n_estimators": 4, "early_stopping": "folds", "max_iter": 80, "random_state": 0}
    model = BackpropClassifier((64,), **settings)
    assert model.fit(twins, labels).oof_score_ > 0.7
    assert abs(model.fit(twins, labels, groups=np.repeat(np.arange(150), 2)).oof_score_ - 0.5) < 0.12


@pytest.mark.parametrize("early_stopping", ["folds", True])
def test_rows_of_a_group_are_unknown_to_the_target_encoding(early_stopping):
    """A column that names the group says nothing about new groups, and the held-out rows show it."""
    pandas = pytest.importorskip("pandas")
    rng = np.random.default_rng(0)
    patients = np.repeat(np.arange(150), 4)
    table = pandas.DataFrame({"patient": [f"p{k}" for k in patients], "x": rng.normal(size=600)})
    y = rng.normal(size=150)[patients] + 0.3 * rng.normal(size=600)
    new = table.assign(patient=[f"new {k}" for k in range(600)])
    y_new = rng.normal(size=600)
    model = BackpropRegressor(**{**SMALL, "early_stopping": early_stopping, "max_iter": 20})
    model.fit(table, y, groups=patients)
    assert model.best_loss_ > 0.4  # half the mean square of y, scaled to a variance of 1, is 0.5
    assert model.score(table, y) < 0.1
    if early_stopping == "folds":
        lower, upper = model.predict_interval(new, coverage=0.9).T
        assert model.oof_score_ < 0.1
        assert np.mean((lower <= y_new) & (y_new <= upper)) == pytest.approx(0.9, abs=0.07)


def test_groups_have_an_effect_on_target_encodings_without_a_validation():
    pandas = pytest.importorskip("pandas")
    groups = np.repeat(np.arange(150), 4)
    table = pandas.DataFrame({"patient": [f"p{k}" for k in groups]})
    model = BackpropRegressor(**{**SMALL, "early_stopping": False})
    with warnings.catch_warnings(action="error"):
        predicted = model.fit(table, groups % 10, groups=groups).predict(table)
    # All rows had the same number in training, so the column has no effect.
    np.testing.assert_allclose(predicted, predicted[0], rtol=1e-6)


def test_groups_without_an_effect_are_warned_about():
    with pytest.warns(UserWarning, match=r"Without effect.*'groups'.*early_stopping=False"):
        BackpropClassifier(**{**SMALL, "early_stopping": False}).fit(X, Y, groups=np.arange(len(Y)))


def test_wrong_groups_are_refused():
    with pytest.raises(ValueError, match=r"groups must have one value for each of the 569 rows"):
        BackpropClassifier(**SMALL).fit(X, Y, groups=[1, 2])
    with pytest.raises(ValueError, match=r"groups is a list of rows of different lengths"):
        BackpropClassifier(**SMALL).fit(X, Y, groups=[[1]] * (len(Y) - 1) + [[1, 2]])
    masked = np.ma.array(np.arange(len(Y)) % 9, mask=np.arange(len(Y)) < 50)
    with pytest.raises(ValueError, match=r"groups is a masked array with 50 masked values"):
        BackpropClassifier(**SMALL).fit(X, Y, groups=masked)


@pytest.mark.parametrize("container", [np.array, list, tuple])
@pytest.mark.parametrize("missing", [np.nan, None, np.datetime64("NaT")], ids=["NaN", "None", "NaT"])
def test_rows_without_a_group_are_named(missing, container):
    groups = np.array(["a", "b"] * 300, object)[: len(Y)]
    groups[7] = missing
    with pytest.raises(ValueError, match=r"groups has no value in row 7"):
        BackpropClassifier(**SMALL).fit(X, Y, groups=container(groups))


def test_groups_are_the_same_whatever_names_them():
    numbers = np.arange(600) // 3
    named = np.array([k if k % 2 else f"{k:04}" for k in numbers], object)  # "0002" is not 2
    np.testing.assert_array_equal(check_groups(numbers, 600), numbers)
    np.testing.assert_array_equal(check_groups(numbers[:, None].astype(float), 600), numbers)
    found = check_groups(named, 600)
    np.testing.assert_array_equal(found[:, None] == found, numbers[:, None] == numbers)


def test_a_share_held_out_by_groups():
    groups = np.repeat(np.arange(len(Y) // 3 + 1), 3)[: len(Y)]
    model = BackpropClassifier(**{**SMALL, "early_stopping": True, "n_estimators": 1}).fit(
        X, Y, groups=groups
    )
    assert len(model.validation_loss_curve_) == 6


def test_without_folds_there_is_no_such_attribute():
    model = BackpropClassifier(**{**SMALL, "early_stopping": False}).fit(X, Y)
    assert not hasattr(model, "oof_score_")
    assert not hasattr(model, "oof_decision_function_")
    with pytest.raises(AttributeError, match=r'not fitted with early_stopping="folds"'):
        _ = model.oof_score_


def test_one_network_has_no_folds():
    with pytest.raises(ValueError, match=r"early_stopping='folds' needs several networks"):
        BackpropClassifier(**{**SMALL, "n_estimators": 1}).fit(X, Y)


def test_more_networks_than_rows_train_without_a_validation():
    model = BackpropRegressor(**{**SMALL, "n_estimators": 20})
    with pytest.warns(UserWarning, match=r"early_stopping='folds' has too few rows"):
        model.fit(X_REAL[:12], Y_REAL[:12])


def test_given_rows_are_preferred_to_folds():
    model = BackpropClassifier(**SMALL)
    with pytest.warns(UserWarning, match=r"Without effect.*'early_stopping' \(X_val is given\)"):
        model.fit(X[:400], Y[:400], X_val=X[400:], y_val=Y[400:])
    with pytest.raises(AttributeError, match="or with X_val, which replaces the folds"):
        model.predict_set(X)
    assert model.best_loss_ == pytest.approx(log_loss(Y[400:], model.predict_proba(X[400:])), rel=1e-5)


def noise(n_rows):
    rng = np.random.default_rng(0)
    return rng.standard_normal((n_rows, 10)), rng.standard_normal(n_rows)


BEFORE = {
    "fewer rows": lambda model, X, y: model.fit(X[:120], y[:120]),
    "another order": lambda model, X, y: model.fit(X[::-1], y[::-1]),
    "other folds": lambda model, X, y: model.fit(X, y, groups=np.arange(len(y)) // 2),
    "no folds": lambda model, X, y: model.set_params(early_stopping=False).fit(X, y),
    "a stream": lambda model, X, y: model.partial_fit(X, y),
}


@pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning", "ignore:Without effect")
@pytest.mark.parametrize("before", BEFORE)
def test_rows_that_a_network_was_trained_on_are_not_held_out_by_a_warm_start(before):
    features, y = noise(160)
    for Estimator, method in ((BackpropRegressor, "predict_interval"), (BackpropClassifier, "predict_set")):
        targets = y if Estimator is BackpropRegressor else y > 0
        model = BEFORE[before](Estimator(**SMALL, warm_start=True), features, targets)
        model.set_params(early_stopping="folds").fit(features, targets).fit(features, targets)
        with pytest.raises(AttributeError, match="a warm start has trained it on other rows or other folds"):
            getattr(model, method)(features)
        assert not hasattr(model, "oof_score_")
        assert hasattr(model.set_params(warm_start=False).fit(features, targets), "oof_score_")


@pytest.mark.parametrize("first", [True, False])
def test_a_warm_start_with_the_same_rows_holds_the_same_rows_out(first):
    features, y = noise(200)
    model = BackpropRegressor(**{**SMALL, "max_iter": 30}, warm_start=first).fit(features, y)
    model.set_params(warm_start=True)
    for _ in range(3):
        model.fit(features, y)
    assert model.oof_score_ < 0.05  # there is nothing to learn


def test_a_stream_that_goes_on_has_no_folds_left():
    model = BackpropClassifier(**SMALL).fit(X, Y)
    model.partial_fit(X, Y)
    assert not hasattr(model, "oof_score_")


def test_saved_and_loaded():
    model = BackpropClassifier(**SMALL).fit(X, Y)
    loaded = pickle.loads(pickle.dumps(model))
    np.testing.assert_array_equal(loaded.oof_decision_function_, model.oof_decision_function_)


def test_copying_the_parameters_of_some_networks():
    network = BackpropClassifier(**SMALL).fit(X, Y)._model.network
    theta = np.zeros_like(network.theta)
    copy_members(network, theta, np.array([False, True, False, True]))
    for part in [part for parts in network.layout.split(theta)[:2] for part in parts]:
        assert not part[[0, 2]].any()
    np.testing.assert_array_equal(network.layout.split(theta)[0][1][1], network.W[1][1])


@pytest.mark.parametrize("as_container", [np.asarray, csr_array])
def test_networks_that_have_learned_nothing_are_warned_about(as_container):
    settings = {**SMALL, "recipe": "textbook", "solver": "sgd", "learning_rate": 1e2, "schedule": "one_cycle"}
    with pytest.warns(ConvergenceWarning, match="worse than that of the best constant"):
        BackpropClassifier(**settings).fit(as_container(X), Y)


def test_a_fit_encodes_its_table_once(monkeypatch):
    """Whether the networks have learned something is found on a sample."""
    sizes, encode = [], RealTargets.encode_for_training

    def encode_and_count(targets, y, dtype):
        sizes.append(len(y))
        return encode(targets, y, dtype)

    monkeypatch.setattr(RealTargets, "encode_for_training", encode_and_count)
    BackpropRegressor(**SMALL).fit(np.tile(X_REAL, (5, 1)), np.tile(Y_REAL, 5))
    assert sizes == [5 * len(Y_REAL), SAMPLE_ROWS]


def test_rows_that_no_network_held_out_are_nan_without_a_warning():
    X, y = load_iris(return_X_y=True)
    weights = np.arange(150) % 3
    model = BackpropClassifier(recipe="fast", max_iter=2, loss="bce", random_state=0).fit(X, y, weights)
    missing = np.isnan(model.oof_decision_function_).all(axis=1)
    np.testing.assert_array_equal(missing, weights == 0)
