"""ONNX through skl2onnx: importing this package registers the converters.

>>> import onnxruntime
>>> from skl2onnx import to_onnx
>>> from sklearn.datasets import load_iris
>>> import skbackprop.onnx
>>> from skbackprop import BackpropClassifier
>>> X, y = load_iris(return_X_y=True)
>>> model = BackpropClassifier((20,), random_state=0).fit(X, y)
>>> file = to_onnx(model, X[:1], options={id(model): {"zipmap": False}})
>>> session = onnxruntime.InferenceSession(file.SerializeToString())
>>> labels, probabilities = session.run(None, {"X": X})
>>> bool(abs(probabilities - model.predict_proba(X)).max() < 1e-5)
True

The converters are those of BackpropClassifier, BackpropRegressor and HiddenLayerTransformer, alone or
within a Pipeline. A graph computes in what the network computes in (float32 or float64) and scales in
float64, as the package does; its outputs have the type of its inputs.

``graph.py`` makes arithmetic of ONNX nodes; ``activations.py``, ``outputs.py`` and ``inputs.py`` have
the formulas; ``converters.py`` is what skl2onnx calls.
"""

try:
    import skl2onnx  # noqa: F401
except ImportError as error:
    raise ImportError(
        "skbackprop.onnx needs skl2onnx, which is not installed; pip install 'skbackprop[onnx]' brings it."
    ) from error

from skbackprop.onnx.converters import register

register()
