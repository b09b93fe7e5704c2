"""What a notebook shows of an estimator: links to its page, its parameters, what they mean."""

import re
from html.parser import HTMLParser
from importlib.util import find_spec
from inspect import getdoc, signature
from pathlib import Path

import pytest
from sklearn.datasets import load_diabetes, load_iris
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from skbackprop import BackpropClassifier, BackpropRegressor, HiddenLayerTransformer

REFERENCE = Path(__file__).parents[2] / "docs" / "reference.rst"
SITE = "https://docs.example/skbackprop/stable"
ESTIMATORS = [BackpropClassifier(), BackpropRegressor(), HiddenLayerTransformer(BackpropClassifier())]

with_table = pytest.mark.skipif(
    find_spec("sklearn.utils._repr_html") is None, reason="scikit-learn 1.7 brought the parameter table"
)
with_tooltips = pytest.mark.skipif(
    find_spec("sklearn.utils._repr_html") is None or find_spec("sklearn.utils._repr_html.common") is None,
    reason="this scikit-learn shows no descriptions of parameters",
)


def name_of(estimator):
    return type(estimator).__name__


@pytest.fixture
def site(monkeypatch):
    monkeypatch.setenv("SKBACKPROP_DOCS", SITE + "/")
    return SITE


@pytest.fixture
def no_site(monkeypatch, tmp_path):
    monkeypatch.delenv("SKBACKPROP_DOCS", raising=False)
    publish(monkeypatch, tmp_path, "Homepage, https://home.example")


def publish(monkeypatch, folder, url):
    """Let the metadata of the package be those of one that was published with `url`."""
    info = folder / "skbackprop-0.dist-info"
    info.mkdir(exist_ok=True)
    (info / "METADATA").write_text(
        f"Metadata-Version: 2.1\nName: skbackprop\nVersion: 0\nProject-URL: {url}\n"
    )
    monkeypatch.syspath_prepend(folder)


class Table(HTMLParser):
    """The cells of class "param" of a page, as {name: description}."""

    def __init__(self, html):
        super().__init__()
        self.cells, self._text = [], None
        self.feed(html)

    def handle_starttag(self, tag, attributes):
        if tag == "td" and "param" in (dict(attributes).get("class") or "").split():
            self._text = []
        elif tag == "br":
            self.handle_data(" ")

    def handle_endtag(self, tag):
        if tag == "td" and self._text is not None:
            name, *description = " ".join("".join(self._text).split()).split(" ", 1)
            self.cells.append((name, "".join(description)))
            self._text = None

    def handle_data(self, data):
        if self._text is not None:
            self._text.append(data)


def entries(cls, section):
    """Return {name: (type, text)} of a section of a numpydoc docstring."""
    text = re.search(rf"\n{section}\n-+\n(.*?)(?=\n\n[A-Z][\w ]+\n-+\n|\Z)", getdoc(cls), re.DOTALL).group(1)
    found = re.findall(r"^(\S.*?) : (.*)\n((?:    .*\n?|\n)+)", text + "\n", re.MULTILINE)
    return {name: (kind, " ".join(description.split())) for name, kind, description in found}


@pytest.mark.parametrize("estimator", ESTIMATORS, ids=name_of)
def test_the_representation_links_to_the_page_of_the_estimator(estimator, site):
    page = f"{site}/reference/skbackprop.{name_of(estimator)}.html"
    assert f'href="{page}"' in estimator._repr_html_()
    # autosummary writes the page skbackprop.NAME.html for this line
    assert ".. currentmodule:: skbackprop\n" in REFERENCE.read_text()
    assert f"\n   {name_of(estimator)}\n" in REFERENCE.read_text()


def test_steps_of_a_pipeline_link_to_their_own_pages(site):
    html = make_pipeline(StandardScaler(), BackpropClassifier())._repr_html_()
    assert f'href="{site}/reference/skbackprop.BackpropClassifier.html"' in html
    assert "https://scikit-learn.org" in html


@pytest.mark.parametrize("estimator", ESTIMATORS, ids=name_of)
def test_no_link_where_the_site_has_no_address(estimator, no_site):
    assert "href=" not in estimator._repr_html_()


def test_the_address_of_the_published_package(no_site, monkeypatch, tmp_path):
    publish(monkeypatch, tmp_path, "Documentation, https://published.example/")
    page = "https://published.example/reference/skbackprop.BackpropRegressor.html"
    assert f'href="{page}"' in BackpropRegressor()._repr_html_()


def test_a_class_of_the_users_own_does_not_link_to_a_page_that_is_not_there(site):
    class Own(BackpropClassifier):
        """Not on the site."""

    assert "href=" not in Own()._repr_html_()


@pytest.mark.parametrize("estimator", ESTIMATORS, ids=name_of)
def test_every_parameter_is_described(estimator):
    described = entries(type(estimator), "Parameters")
    assert set(described) == set(signature(type(estimator)).parameters)
    assert all(kind and text for kind, text in described.values())


@with_table
@pytest.mark.parametrize("estimator", ESTIMATORS, ids=name_of)
def test_the_table_shows_every_parameter(estimator):
    names = [name for name, _ in Table(estimator._repr_html_()).cells]
    assert set(estimator.get_params(deep=False)) <= set(names)


@with_tooltips
@pytest.mark.parametrize("estimator", ESTIMATORS, ids=name_of)
def test_every_parameter_has_its_tooltip(estimator, site):
    described = entries(type(estimator), "Parameters")
    shown = Table(estimator._repr_html_()).cells[: len(described)]
    assert {name for name, _ in shown} == set(described)
    for name, tooltip in shown:
        kind, text = described[name]
        assert tooltip == f"{name}: {kind} {text}"


@with_tooltips
@pytest.mark.parametrize(
    ("estimator", "load"),
    [
        (BackpropClassifier(4, max_iter=2, early_stopping=True, scoring="accuracy"), load_iris),
        (BackpropRegressor(4, max_iter=2), load_diabetes),
    ],
    ids=["classifier", "regressor"],
)
def test_every_fitted_attribute_has_its_tooltip(estimator, load, site):
    X, y = load(return_X_y=True, as_frame=True)
    estimator = estimator.fit(X, y)
    shown = dict(Table(estimator._repr_html_()).cells)
    fitted = {name for name in dir(estimator) if name.endswith("_") and not name.startswith("_")}
    assert fitted <= set(shown)
    assert {name for name in fitted if not shown[name]} == set()
