"""The server of the example answers a bad request with the reason."""

import json
import runpy
from pathlib import Path
from types import SimpleNamespace

import pytest

pytest.importorskip("onnxruntime", reason="the extra onnx is not installed")
SOURCE = Path(__file__).parents[2] / "examples" / "serve_onnx.py"
INPUTS = [
    SimpleNamespace(name="age", type="tensor(float)"),
    SimpleNamespace(name="town", type="tensor(string)"),
]


@pytest.fixture(scope="module")
def parse(tmp_path_factory):
    # The part above the training: the server.
    server = SOURCE.read_text().split("\nif len(sys.argv) == 2:")[0]
    path = tmp_path_factory.mktemp("example") / "server.py"
    path.write_text(server)
    return runpy.run_path(str(path))["parse"]


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        ("{", "Expecting"),
        ("[1]", "object of columns"),
        ('{"age": [1]}', "missing.*town"),
        ('{"age": ["x"], "town": ["Bern"]}', "'age' must hold numbers"),
        ('{"age": [true], "town": ["Bern"]}', "'age' must hold numbers"),
        ('{"age": [1], "town": [null]}', "'town' must hold text"),
        ('{"age": [1], "town": [3]}', "'town' must hold text"),
        ('{"age": 1, "town": ["Bern"]}', "'age' must be a list"),
        ('{"age": [1, 2], "town": ["Bern"]}', "same length"),
    ],
)
def test_a_bad_request_has_its_reason(parse, body, reason):
    with pytest.raises(ValueError, match=reason):
        parse(body, INPUTS)


def test_a_good_request(parse):
    feed = parse(json.dumps({"age": [1, float("nan")], "town": ["Bern", "Oslo"]}), INPUTS)
    assert feed["age"].shape == feed["town"].shape == (2, 1)
