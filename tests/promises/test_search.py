"""Whoever searches the documentation finds the right page among the first three.

The pages are ranked as the search of the built site ranks them (Sphinx's searchtools.js). An entry of the
index or a title that contains the query counts by the share of it that the query is: 100 and 15 at most.
A page that has all words of the query counts 5 for each word in its text and 15 for each in a title. Names
of the API, which count up to 11, are left out.
"""

import re
from pathlib import Path

import pytest

DOCS = Path(__file__).parents[2] / "docs"
PAGES = [
    page
    for pattern in ("*.rst", "*.md", "guide/*.rst", "derivation/*.rst")
    for page in sorted(DOCS.glob(pattern))
]
SEARCHES = {
    "missing values": "guide/inputs",
    "categorical features": "guide/inputs",
    "one-hot encoding": "guide/inputs",
    "scaling": "guide/inputs",
    "pandas": "guide/inputs",
    "sparse matrix": "guide/inputs",
    "class imbalance": "guide/class_weights",
    "class_weight": "guide/class_weights",
    "sample_weight": "guide/class_weights",
    "GPU": "which_model",
    "xgboost": "which_model",
    "PyTorch": "which_model",
    "random forest": "which_model",
    "early stopping": "guide/stopping",
    "ConvergenceWarning": "troubleshooting",
    "max_iter": "guide/stopping",
    "overfitting": "guide/regularising",
    "dropout": "guide/regularising",
    "weight decay": "guide/regularising",
    "n_jobs": "guide/reproducing",
    "random_state": "guide/reproducing",
    "reproducibility": "guide/reproducing",
    "feature importance": "guide/explaining",
    "SHAP": "guide/explaining",
    "probability calibration": "guide/uncertainty",
    "prediction interval": "guide/uncertainty",
    "quantile regression": "guide/losses",
    "custom loss": "guide/losses",
    "activation function": "guide/activations",
    "learning rate": "guide/tuning",
    "grid search": "guide/tuning",
    "batch size": "guide/tuning",
    "partial_fit": "guide/going_on",
    "checkpoint": "guide/going_on",
    "out-of-core": "guide/large_data",
    "dask": "guide/large_data",
    "onnx": "guide/serving",
    "save model": "guide/serving",
    "progress bar": "guide/watching",
    "multilabel": "guide/multioutput",
    "citation": "citing",
    "install": "installation",
    "benchmark": "performance",
    "backpropagation": "derivation/index",
    "softmax": "derivation/far_out",
    "MLPClassifier": "mlpclassifier",
    "deprecation": "policy",
    "release notes": "whats_new",
    "default parameters": "parameters",
    "NaN": "guide/inputs",
    "imbalanced": "guide/class_weights",
    "date columns": "guide/inputs",
    "datetime": "guide/inputs",
    "regression intervals": "guide/uncertainty",
    "confidence interval": "guide/uncertainty",
    "hyperparameter tuning": "guide/tuning",
    "resume training": "guide/going_on",
    "memory usage": "guide/large_data",
    "learning curve": "guide/watching",
    "pinball loss": "guide/losses",
    "slow training": "troubleshooting",
    "bagging": "guide/regularising",
    "gradient clipping": "guide/tuning",
    "patience": "guide/stopping",
    "max_norm": "guide/regularising",
    "groups": "guide/stopping",
    "hidden layers": "guide/tuning",
    "multi-output regression": "guide/multioutput",
    "cross validation": "guide/tuning",
    "high cardinality": "guide/inputs",
    "unknown category": "guide/inputs",
    "target encoding": "guide/inputs",
    "multiclass": "guide/losses",
    "cost-sensitive": "guide/class_weights",
    "Keras": "which_model",
    "time limit": "guide/watching",
    "not converged": "troubleshooting",
    "exploding gradients": "guide/watching",
}


def entries_of(text):
    """Return the entries of the index directives of a page; none continues on the next line."""
    directives = re.findall(r"^\.\. index:: (.*\n(?:   .*\n)*)", text, re.MULTILINE)
    entries = [entry.strip(" !").lower() for entry in re.split(r"[,\n]", "\n".join(directives))]
    return [entry for entry in entries if entry]


def titles_of(text):
    """Return the titles of the sections of a page."""
    underlined = re.findall(r"^(\S.*)\n(?:=+|-+)$", text, re.MULTILINE)
    return [
        re.sub(r"\s+", " ", title).lower()
        for title in underlined + re.findall(r"^#+ (.*)$", text, re.MULTILINE)
    ]


def score(page, query):
    """Return what the search makes of a page."""
    text, query = page.read_text(), query.lower()
    found = [
        best * len(query) / len(entry)
        for best, entries in ((100, entries_of(text)), (15, titles_of(text)))
        for entry in entries
        if query in entry and len(query) >= len(entry) / 2
    ]
    body, title_words = text.lower(), " ".join(titles_of(text))
    words = query.split()
    if all(word in body for word in words):
        found.append(sum(15 if word in title_words else 5 for word in words) / len(words))
    return max(found, default=0)


@pytest.mark.parametrize("query", SEARCHES)
def test_the_right_page_is_among_the_first_three(query):
    scores = {str(page.relative_to(DOCS).with_suffix("")): score(page, query) for page in PAGES}
    best = sorted(scores, key=lambda name: (-scores[name], name))[:3]
    assert scores[best[0]] > 0
    assert SEARCHES[query] in best


def test_a_word_of_no_page_is_not_found():
    assert all(score(page, "zeppelin") == 0 for page in PAGES)
