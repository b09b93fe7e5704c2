"""
Serve a model as ONNX
=====================

A pipeline is trained on a table with numeric and text columns, exported as an ONNX file, and served over HTTP
by a process that uses neither skbackprop nor scikit-learn, only onnxruntime and Python's HTTP server.
The responses are compared with the predictions of the pipeline::

    pip install "skbackprop[onnx]" pandas
    python examples/serve_onnx.py
"""

import json
import subprocess
import sys
import tempfile
import urllib.request
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

try:
    import numpy as np
    import onnxruntime
except ImportError:
    raise SystemExit('This example needs the extra "onnx": pip install "skbackprop[onnx]" pandas') from None


# The server, which needs the ONNX file only.


def serve(path):
    """Serve the model at `path` by POST requests; print the port first."""
    session = onnxruntime.InferenceSession(path, providers=["CPUExecutionProvider"])
    dtypes = {"tensor(float)": np.float32, "tensor(string)": object}

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self):
            columns = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            feed = {
                column.name: np.array(columns[column.name], dtype=dtypes[column.type]).reshape(-1, 1)
                for column in session.get_inputs()
            }
            labels, probabilities = session.run(None, feed)
            response = {"labels": labels.tolist(), "probabilities": probabilities.tolist()}
            self.send_response(200)
            self.send_header("Content-Type", "application/json")
            self.end_headers()
            self.wfile.write(json.dumps(response).encode())

        def log_message(self, *args):
            """Do not log requests."""

    assert "sklearn" not in sys.modules
    with HTTPServer(("127.0.0.1", 0), Handler) as server:
        print(server.server_port, flush=True)
        server.serve_forever()


if len(sys.argv) == 2:
    serve(sys.argv[1])


# The training, on a data frame with text categories and missing values.

try:
    import pandas as pd
    from skl2onnx import to_onnx
except ImportError:
    raise SystemExit('This example needs the extra "onnx": pip install "skbackprop[onnx]" pandas') from None

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
print(f"accuracy on the {n} rows of the training: {model.score(frame, bought):.3f}")

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
