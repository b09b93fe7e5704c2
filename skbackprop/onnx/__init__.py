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

There are converters for BackpropClassifier, BackpropRegressor and HiddenLayerTransformer, alone or within a
Pipeline. A graph computes in the precision of the network (float32 or float64) and scales in float64, as the
package does; its outputs have the type of its inputs.

``graph.py`` translates arithmetic expressions into ONNX nodes; ``activations.py``, ``outputs.py`` and
``inputs.py`` contain the formulas; ``converters.py`` contains the functions that skl2onnx calls.
"""

try:
    import skl2onnx  # noqa: F401
except ImportError as error:
    raise ImportError(
        "skbackprop.onnx requires skl2onnx, which is not installed. Run pip install 'skbackprop[onnx]'"
    ) from error

from skbackprop.onnx.converters import register

register()
