"""
Serve a model as ONNX
=====================

A pipeline is trained on a table with numeric and text columns, exported as an ONNX file, and served over
HTTP by a process that uses onnxruntime and Python's HTTP server, but neither skbackprop nor scikit-learn.
The responses are compared with the predictions of the pipeline::

    pip install ".[onnx,frames]"
    python examples/serve_onnx.py
"""

# sphinx_gallery_thumbnail_path = 'outputs/serve_onnx.png'

import json
import subprocess
import sys
import tempfile
import urllib.request
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

try:
    import numpy as np
    import onnxruntime
except ImportError:
    raise SystemExit('This example needs the extra "onnx": pip install ".[onnx,frames]"') from None


# The server, which needs the ONNX file only.


MAX_BODY = 10_000_000  # bytes


def column_of(values, name, is_text):
    """Return the values of a column as an array of one column; ValueError if they are of another type."""
    kinds = str if is_text else (int, float, type(None))
    if not isinstance(values, list):
        raise ValueError(f"column {name!r} must be a list")
    for value in values:
        if isinstance(value, bool) or not isinstance(value, kinds):
            raise ValueError(f"column {name!r} must hold {'text' if is_text else 'numbers'}, got {value!r}")
    return np.array(values, dtype=object if is_text else np.float32).reshape(-1, 1)


def parse(body, inputs):
    """Return the feed of a session; ValueError with the reason if the body is not what it needs."""
    columns = json.loads(body)  # a JSONDecodeError is a ValueError
    if not isinstance(columns, dict):
        raise ValueError("the body must be an object of columns")
    missing = [column.name for column in inputs if column.name not in columns]
    if missing:
        raise ValueError(f"columns are missing: {missing}")
    feed = {c.name: column_of(columns[c.name], c.name, c.type == "tensor(string)") for c in inputs}
    if len({len(values) for values in feed.values()}) != 1:
        raise ValueError("the columns must have the same length")
    if not all(len(values) for values in feed.values()):
        raise ValueError("the columns must have at least one row")
    return feed


def serve(path):
    """Serve the model at `path` by POST requests; print the port first."""
    session = onnxruntime.InferenceSession(path, providers=["CPUExecutionProvider"])

    class Handler(BaseHTTPRequestHandler):
        timeout = 10  # seconds without a byte, after which a connection is closed

        def do_POST(self):
            try:
                length = int(self.headers.get("Content-Length", ""))
                if length < 0:
                    raise ValueError("Content-Length must not be negative")
                if length > MAX_BODY:
                    self.answer(413, {"error": f"the body must have at most {MAX_BODY} bytes"})
                    return
                labels, probabilities = session.run(
                    None, parse(self.rfile.read(length), session.get_inputs())
                )
            except ValueError as error:
                self.answer(400, {"error": str(error)})
            else:
                self.answer(200, {"labels": labels.tolist(), "probabilities": probabilities.tolist()})

        def answer(self, status, content):
            """Send `content` as JSON."""
            body = json.dumps(content).encode()
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *args):
            """Do not log requests."""

    assert "sklearn" not in sys.modules
    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        print(server.server_port, flush=True)
        server.serve_forever()


if len(sys.argv) == 2:
    serve(sys.argv[1])


# The training, on a data frame with text categories and missing values.

try:
    import pandas as pd
    from skl2onnx import to_onnx
except ImportError:
    raise SystemExit('This example needs the extra "onnx": pip install ".[onnx,frames]"') from None

from sklearn.compose import make_column_transformer
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import OneHotEncoder

import skbackprop.onnx  # noqa: F401 (registers the converters)
from skbackprop import BackpropClassifier

rng = np.random.default_rng(0)
n = 1000
frame = pd.DataFrame(
    {
        "age": rng.uniform(18, 80, n).astype(np.float32),
        "income": rng.lognormal(10, 0.5, n).astype(np.float32),
        "town": rng.choice(["Bern", "Oslo", "Rome"], n),
    }
)
bought = np.where((frame["age"] > 45) ^ (frame["town"] == "Oslo"), "yes", "no")
frame.loc[::9, "income"] = np.nan

model = make_pipeline(
    make_column_transformer(
        (OneHotEncoder(handle_unknown="ignore", sparse_output=False), ["town"]),
        ("passthrough", ["age", "income"]),  # BackpropClassifier scales and imputes
    ),
    BackpropClassifier(random_state=0),
).fit(frame, bought)
print(f"accuracy on the {n} training rows: {model.score(frame, bought):.3f}")

file = to_onnx(model, frame[:1], options={id(model[-1]): {"zipmap": False}})

# A server in another process, accessed by HTTP.

with tempfile.TemporaryDirectory() as folder:
    path = Path(folder) / "model.onnx"
    path.write_bytes(file.SerializeToString())
    print(f"the file has {path.stat().st_size / 1e6:.1f} MB")
    with subprocess.Popen([sys.executable, __file__, str(path)], stdout=subprocess.PIPE, text=True) as server:
        try:
            address = f"http://127.0.0.1:{int(server.stdout.readline())}"
            rows = json.dumps(
                frame.to_dict("list")
            ).encode()  # Python's JSON represents missing values as NaN
            with urllib.request.urlopen(address, data=rows, timeout=60) as reply:
                response = json.load(reply)
        finally:
            server.terminate()

difference = np.abs(response["probabilities"] - model.predict_proba(frame)).max()
assert response["labels"] == model.predict(frame).tolist()
assert difference < 1e-5
print(f"all {n} labels agree; the largest difference of two probabilities is {difference:.1e}")
