"""The server of the serving example, over HTTP: slow clients, bad requests and large ones."""

import http.client
import json
import socket
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

pytest.importorskip("onnxruntime", reason="the extra onnx is not installed")
pd = pytest.importorskip("pandas")
skl2onnx = pytest.importorskip("skl2onnx")
from sklearn.compose import make_column_transformer  # noqa: E402
from sklearn.pipeline import make_pipeline  # noqa: E402
from sklearn.preprocessing import OneHotEncoder  # noqa: E402

import skbackprop.onnx  # noqa: E402, F401
from skbackprop import BackpropClassifier  # noqa: E402

EXAMPLE = Path(__file__).parents[2] / "examples" / "serve_onnx.py"
GOOD = {"age": [30.0, None], "town": ["Bern", "Oslo"]}


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    """Serve a small model; return the port and the pipeline."""
    rng = np.random.default_rng(0)
    frame = pd.DataFrame(
        {"age": rng.uniform(18, 80, 200).astype(np.float32), "town": rng.choice(["Bern", "Oslo"], 200)}
    )
    frame.loc[::9, "age"] = np.nan
    encode = make_column_transformer((OneHotEncoder(sparse_output=False), ["town"]), ("passthrough", ["age"]))
    model = make_pipeline(encode, BackpropClassifier(8, recipe="fast", random_state=0))
    model.fit(frame, np.where(frame["town"] == "Oslo", "yes", "no"))
    path = tmp_path_factory.mktemp("serving") / "model.onnx"
    file = skl2onnx.to_onnx(model, frame[:1], options={id(model[-1]): {"zipmap": False}})
    path.write_bytes(file.SerializeToString())
    command = [sys.executable, str(EXAMPLE), str(path)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        try:
            yield int(process.stdout.readline()), model
        finally:
            process.terminate()


def post(port, body, headers=()):
    """Return the status and the content of the response to a POST request."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
    try:
        connection.request("POST", "/", body, dict(headers))
        response = connection.getresponse()
        return response.status, json.loads(response.read())
    finally:
        connection.close()


def test_a_good_request_gets_the_predictions_of_the_pipeline(server):
    port, model = server
    status, content = post(port, json.dumps(GOOD))
    frame = pd.DataFrame(GOOD).astype({"age": np.float32})
    assert status == 200
    assert content["labels"] == model.predict(frame).tolist()
    np.testing.assert_allclose(content["probabilities"], model.predict_proba(frame), atol=1e-5)


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        ("{", "Expecting"),
        ("", "Expecting"),
        ("null", "object of columns"),
        (b'"\xff"', "decode"),
        ({"age": [1]}, "missing: ['town']"),
        ({"age": ["old"], "town": ["Bern"]}, "'age' must hold numbers"),
        ({"age": [[1]], "town": ["Bern"]}, "'age' must hold numbers"),
        ({"age": [1], "town": [None]}, "'town' must hold text"),
        ({"age": [1], "town": [3]}, "'town' must hold text"),
        ({"age": [1, 2], "town": ["Bern"]}, "same length"),
        ({"age": [], "town": []}, "at least one row"),
    ],
)
def test_a_bad_request_gets_400_with_the_reason(server, body, reason):
    status, content = post(server[0], json.dumps(body) if isinstance(body, dict) else body)
    assert status == 400
    assert reason in content["error"]
    assert post(server[0], json.dumps(GOOD))[0] == 200


@pytest.mark.parametrize(("length", "status"), [("10000001", 413), ("-1", 400), ("many", 400)])
def test_lengths_that_are_not_read(server, length, status):
    """The response comes without the body."""
    with socket.create_connection(("127.0.0.1", server[0]), timeout=60) as client:
        client.sendall(f"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: {length}\r\n\r\n".encode())
        assert int(client.makefile("rb").readline().split()[1]) == status


def test_half_a_body_does_not_block_others(server):
    body = json.dumps(GOOD).encode()
    head = f"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: {len(body)}\r\n\r\n".encode()
    with socket.create_connection(("127.0.0.1", server[0]), timeout=60) as slow:
        slow.sendall(head + body[:10])
        assert post(server[0], body)[0] == 200  # while the first request waits
        slow.sendall(body[10:])
        assert int(slow.makefile("rb").readline().split()[1]) == 200
