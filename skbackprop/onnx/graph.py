"""Translation of arithmetic into ONNX nodes: ``z * 0.5 + b`` adds a Mul and an Add to the graph.

This lets the other modules write formulas as in NumPy. Operators are added through the container of skl2onnx,
which chooses their version according to the requested opset.
"""

import math

import numpy as np
from onnx.helper import np_dtype_to_tensor_dtype
from onnx.numpy_helper import from_array
from skl2onnx.common.data_types import guess_numpy_type

# From this opset on, reductions take their axes as an input instead of an attribute.
AXES_AS_INPUT = 18


class Graph:
    """An ONNX graph under construction.

    Parameters
    ----------
    scope : skl2onnx.common._topology.Scope
        Creates unique names.
    container : skl2onnx.common._container.ModelComponentContainer
        Stores the nodes and the constants.
    """

    def __init__(self, scope, container):
        self.scope = scope
        self.container = container

    @property
    def opset(self):
        """The requested version of the operators."""
        return self.container.target_opset_any_domain("")

    def variable(self, variable):
        """Return an input or output of the converted operator as a tensor."""
        dtype = np.dtype(guess_numpy_type(variable.type))
        return Tensor(self, variable.full_name, dtype)

    def constant(self, values):
        """Return a constant tensor of `values`, with their dtype."""
        values = np.asarray(values)
        name = self.scope.get_unique_variable_name("constant")
        numeric = values.dtype.kind in "biuf"
        content = from_array(values) if numeric else [text.encode() for text in values.ravel().tolist()]
        onnx_type = np_dtype_to_tensor_dtype(values.dtype if numeric else np.dtype(object))
        self.container.add_initializer(name, onnx_type, values.shape, content)
        return Tensor(self, name, values.dtype)

    def node(self, op_type, inputs, dtype, domain="", **attributes):
        """Add an operator with the tensors `inputs` and return its result, of type `dtype`."""
        name = self.scope.get_unique_variable_name(op_type.lower())
        self.container.add_node(
            op_type,
            [tensor.name for tensor in inputs],
            name,
            op_domain=domain,
            name=self.scope.get_unique_operator_name(op_type),
            **attributes,
        )
        return Tensor(self, name, np.dtype(dtype))


class Tensor:
    """A value in the graph.

    Numbers and arrays of floats that are combined with a tensor become constants of its dtype.
    """

    __array_ufunc__ = None  # for a NumPy array on the left, the operators of this class are used

    def __init__(self, graph, name, dtype):
        self.graph = graph
        self.name = name
        self.dtype = dtype

    def constant(self, values):
        """Return `values` as a constant tensor of this dtype; return a tensor unchanged."""
        if isinstance(values, Tensor):
            return values
        return self.graph.constant(np.asarray(values, dtype=self.dtype))

    def apply(self, op_type, *others, dtype=None, **attributes):
        """Return the result of an operator on this tensor and `others`; by default it has the same dtype."""
        inputs = [self, *(self.constant(other) for other in others)]
        return self.graph.node(op_type, inputs, dtype or self.dtype, **attributes)

    def __neg__(self):
        return self.apply("Neg")

    def __abs__(self):
        return self.apply("Abs")

    def __add__(self, other):
        return self.apply("Add", other)

    def __radd__(self, other):
        return self.constant(other) + self

    def __sub__(self, other):
        return self.apply("Sub", other)

    def __rsub__(self, other):
        return self.constant(other) - self

    def __mul__(self, other):
        return self.apply("Mul", other)

    def __rmul__(self, other):
        return self.constant(other) * self

    def __truediv__(self, other):
        return self.apply("Div", other)

    def __rtruediv__(self, other):
        return self.constant(other) / self

    def __matmul__(self, other):
        return self.apply("MatMul", other)

    def __gt__(self, other):
        return self.apply("Greater", other, dtype=bool)

    def equals(self, other):
        """Return whether the elements are equal."""
        return self.apply("Equal", other, dtype=bool)

    def astype(self, dtype):
        """Return this tensor converted to `dtype`."""
        if self.dtype == dtype:
            return self
        return self.apply("Cast", dtype=dtype, to=np_dtype_to_tensor_dtype(np.dtype(dtype)))

    def reshape(self, *shape):
        """Return this tensor with another shape, in which one entry may be -1."""
        return self.apply("Reshape", self.graph.constant(np.array(shape, dtype=np.int64)))

    def transpose(self, *axes):
        """Return this tensor with permuted axes."""
        return self.apply("Transpose", perm=list(axes))

    def take(self, indices, axis):
        """Return the entries with these indices along `axis`."""
        return self.apply("Gather", self.graph.constant(np.asarray(indices, dtype=np.int64)), axis=axis)

    def save_as(self, variable):
        """Make this tensor an output of the converted operator."""
        self.graph.container.add_node(
            "Identity",
            self.name,
            variable.full_name,
            name=self.graph.scope.get_unique_operator_name("Identity"),
        )


def exp(x):
    """Return exp(x)."""
    return x.apply("Exp")


def log(x):
    """Return ln(x)."""
    return x.apply("Log")


def sqrt(x):
    """Return the square root."""
    return x.apply("Sqrt")


def cos(x):
    """Return cos(x); in float64 as sin(x + pi / 2), because older versions of onnxruntime lack this Cos."""
    return (x + math.pi / 2).apply("Sin") if x.dtype == np.float64 else x.apply("Cos")


def tanh(x):
    """Return tanh(x)."""
    return x.apply("Tanh")


def erf(x):
    """Return erf(x), computed in float32 (accurate to 1e-7), the only type that onnxruntime supports."""
    return x.astype(np.float32).apply("Erf").astype(x.dtype)


def maximum(x, y):
    """Return the elementwise maximum."""
    return x.apply("Max", y)


def minimum(x, y):
    """Return the elementwise minimum."""
    return x.apply("Min", y)


def clip(x, low, high):
    """Return x clipped to [low, high]; the bounds may be arrays with one entry per column."""
    return minimum(maximum(x, low), high)


def where(condition, x, y):
    """Return x where the condition holds, otherwise y; at least one of x and y is a tensor."""
    tensor = x if isinstance(x, Tensor) else y
    return condition.graph.node("Where", [condition, tensor.constant(x), tensor.constant(y)], tensor.dtype)


def is_nan(x):
    """Return whether the elements of x are NaN."""
    return x.apply("IsNaN", dtype=bool)


def softmax(x):
    """Return exp(x_j) / sum_i exp(x_i) along the last axis."""
    return x.apply("Softmax", axis=-1)


def log_softmax(x):
    """Return x_j - ln sum_i exp(x_i) along the last axis."""
    return x.apply("LogSoftmax", axis=-1)


def argmax(x):
    """Return the index of the largest column of each row, as int64."""
    return x.apply("ArgMax", dtype=np.int64, axis=1, keepdims=0)


def concatenate(tensors):
    """Return the tensors concatenated along the columns."""
    first, *others = tensors
    return first.apply("Concat", *others, axis=-1) if others else first


def cumulative_sum(x):
    """Return the sums of the columns up to each one."""
    return x.apply("CumSum", x.graph.constant(np.array(1)))


def mean(x):
    """Return the mean over axis 0."""
    return reduce(x, "ReduceMean")


def log_mean_exp(x, n):
    """Return the logarithm of the mean of exp(x) over axis 0, which has length `n`."""
    return reduce(x, "ReduceLogSumExp") - math.log(n)


def reduce(x, op_type):
    """Return `x` reduced over axis 0."""
    if x.graph.opset >= AXES_AS_INPUT:
        return x.apply(op_type, x.graph.constant(np.array([0])), keepdims=0)
    return x.apply(op_type, axes=[0], keepdims=0)
