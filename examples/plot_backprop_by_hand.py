r"""
Backpropagation by hand
=======================

A small network has two inputs, two hidden units and one output, all with sigmoids. One step of gradient
descent is computed by hand, number by number, and then by the package. The numbers are the same.

.. math::

    \begin{aligned}
    z^1 &= x W^1 + b^1, & a^1 &= \sigma(z^1), \\
    z^2 &= a^1 W^2 + b^2, & a^2 &= \sigma(z^2)
    \end{aligned}
"""

import matplotlib.pyplot as plt
import numpy as np

from skbackprop.displays.style import BLUE, DARK_ORANGE, with_minus
from skbackprop.network.losses import SigmoidSquaredError
from skbackprop.network.network import Network
from skbackprop.network.workspace import Workspace

np.set_printoptions(precision=6, suppress=True)

# %%
# One example, and initial weights
# --------------------------------
# The target for the inputs 1 and 0.5 is 0.8. The learning rate is 2. The first row of
# ``W1`` belongs to the first input, its first column to the first hidden unit.

x = np.array([1.0, 0.5])
y = 0.8
eta = 2.0

W1 = np.array([[0.2, -0.4], [0.6, 0.8]])
b1 = np.array([0.1, -0.1])
W2 = np.array([0.5, -0.3])
b2 = 0.2

# %%
# Forward
# -------
# Every unit adds up its inputs, each multiplied by a weight, and its bias, and applies the sigmoid to the
# sum.


def sigmoid(z):
    return 1 / (1 + np.exp(-z))


z1 = np.array(
    [
        1.0 * 0.2 + 0.5 * 0.6 + 0.1,  # = 0.6
        1.0 * -0.4 + 0.5 * 0.8 - 0.1,  # = -0.1
    ]
)
a1 = sigmoid(z1)
z2 = a1[0] * 0.5 + a1[1] * -0.3 + 0.2
a2 = sigmoid(z2)
loss = (a2 - y) ** 2 / 2
print(f"z1 = {z1}, a1 = {a1}")
print(f"z2 = {z2:.6f}, a2 = {a2:.6f}, loss = {loss:.6f}")

# %%
# Backward
# --------
# ``delta`` is the derivative of the loss with respect to ``z``. At the output it is the error times the
# slope of the sigmoid, ``a (1 - a)``. For a hidden unit it is the ``delta`` of the output, times the weight
# of the connection to the output, times the slope of the hidden unit.

delta2 = (a2 - y) * a2 * (1 - a2)
delta1 = np.array(
    [
        delta2 * 0.5 * a1[0] * (1 - a1[0]),
        delta2 * -0.3 * a1[1] * (1 - a1[1]),
    ]
)
print(f"delta2 = {delta2:.6f}, delta1 = {delta1}")

# %%
# The derivative with respect to a weight is the activation of the unit from which the connection starts,
# times the ``delta`` of the unit to which it leads. For a bias it is the ``delta``.

dW2 = a1 * delta2
db2 = delta2
dW1 = np.array(
    [
        [1.0 * delta1[0], 1.0 * delta1[1]],
        [0.5 * delta1[0], 0.5 * delta1[1]],
    ]
)
db1 = delta1

# %%
# The step
# --------
# Every parameter changes a little against its derivative, and the output comes closer to 0.8.

new_W1, new_b1 = W1 - eta * dW1, b1 - eta * db1
new_W2, new_b2 = W2 - eta * dW2, b2 - eta * db2
new_a2 = sigmoid(sigmoid(x @ new_W1 + new_b1) @ new_W2 + new_b2)
print(f"output before {a2:.6f}, after {new_a2:.6f}")

# %%
# The same by the package
# -----------------------
# The estimators use the same objects, with many rows at a time.

network = Network(layer_sizes=[2, 2, 1], activations=["sigmoid"])
network.W[0][:] = W1
network.b[0][:] = b1
network.W[1][:, 0] = W2
network.b[1][:] = b2

gradient = np.empty_like(network.theta)
workspace = Workspace(network, n_rows=1, grad=gradient)
hidden, output = workspace.hidden[0], workspace.output

raw = network.forward(x[None, :], workspace)
own_a1, own_z2 = hidden.a.copy(), raw.copy()
SigmoidSquaredError().delta(np.array([[y]]), raw, out=output.delta)
network.backward(workspace)

numbers = {
    "a1": (a1, own_a1),
    "z2": (z2, own_z2),
    "delta2": (delta2, output.delta),
    "delta1": (delta1, hidden.delta),
    "dW2": (dW2, output.dW),
    "dW1": (dW1, hidden.dW),
    "db1": (db1, hidden.db),
}
network.theta -= eta * gradient
numbers |= {"new W1": (new_W1, network.W[0]), "new W2": (new_W2, network.W[1])}

print("            by hand                                  by the network")
for name, (by_hand, own) in numbers.items():
    by_hand, own = np.ravel(by_hand), np.ravel(own)
    print(f"{name:>7}  {by_hand!s:40} {own}")
    np.testing.assert_allclose(own, by_hand, rtol=1e-12)

# %%
# The picture
# -----------
# Blue numbers belong to the forward pass: activations in the units, weights on the arrows, biases next to
# the units. Orange numbers belong to the backward pass: ``delta``, which equals ``dL/db``, under the units,
# and ``dL/dW`` under the weights.

units = [
    {"x1": (0, 1.2), "x2": (0, 0)},
    {"h1": (1, 1.2), "h2": (1, 0)},
    {"out": (2, 0.6)},
]
activations = [x, a1, [a2]]
deltas = [None, delta1, [delta2]]
weights = [(W1, dW1), (W2[:, None], dW2[:, None])]

biases = [None, b1, [b2]]

figure, axis = plt.subplots(figsize=(8, 5), layout="constrained")
box = {"facecolor": "white", "edgecolor": "none", "pad": 1.5}

for l, (W, dW) in enumerate(weights):
    for i, start in enumerate(units[l].values()):
        for j, end in enumerate(units[l + 1].values()):
            arrow = {"arrowstyle": "-|>", "color": "0.45", "shrinkA": 23, "shrinkB": 23}
            axis.annotate("", end, start, arrowprops=arrow, zorder=1)
            # The arrows of the first layer cross in the middle.
            x_text, y_text = np.array(start) + (0.31, 0.5)[l] * (np.array(end) - start)
            weight, gradient = with_minus(f"{W[i, j]:.1f}"), with_minus(f"{dW[i, j]:.4f}")
            axis.text(x_text, y_text, weight, color=BLUE, ha="center", va="bottom", bbox=box)
            axis.text(x_text, y_text, gradient, color=DARK_ORANGE, ha="center", va="top", bbox=box)

for layer, a, delta, b in zip(units, activations, deltas, biases, strict=True):
    for i, (name, (x0, y0)) in enumerate(layer.items()):
        axis.plot(x0, y0, "o", markersize=44, color="white", markeredgecolor="black", zorder=2)
        axis.text(x0, y0, f"{a[i]:.3f}", color=BLUE, ha="center", va="center", zorder=3)
        axis.text(x0, y0 + 0.2, name, ha="center", va="bottom")
        if delta is not None:
            bias, back = with_minus(f"b = {b[i]:.1f}"), with_minus(f"{delta[i]:.4f}")
            axis.text(x0 + 0.1, y0 + 0.2, bias, color=BLUE, va="bottom")
            axis.text(x0, y0 - 0.2, f"$\\delta$ = {back}", color=DARK_ORANGE, ha="center", va="top")

axis.text(2.2, 0.6, f"target: {y}", va="center")
key = {
    "forward: $a$ in the units, $W$ on the arrows, $b$ at the units": BLUE,
    r"backward: $\delta = dL/db$ under the units, $dL/dW$ under the weights": DARK_ORANGE,
}
handles = [plt.Line2D([], [], color=color, linewidth=4, label=text) for text, color in key.items()]
axis.legend(handles=handles, loc="lower left", bbox_to_anchor=(0, -0.02), frameon=False)
axis.set(xlim=(-0.25, 2.65), ylim=(-0.75, 1.55))
axis.axis("off")
plt.show()
