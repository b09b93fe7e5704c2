"""
Saturated sigmoids
==================

For inputs far from 0 the sigmoid is flat: its derivative is almost 0. Backpropagation multiplies by this
derivative, so a network of saturated sigmoids learns almost nothing, however wrong its outputs are. This
example shows two remedies: cross-entropy instead of the squared error, and ReLU instead of the sigmoid.
"""

import warnings

import matplotlib.pyplot as plt
import numpy as np
from sklearn.datasets import load_digits
from sklearn.exceptions import ConvergenceWarning

from skbackprop import BackpropClassifier, Recipe
from skbackprop.displays.style import use_style
from skbackprop.network.losses import BinaryCrossEntropy, SigmoidSquaredError
from skbackprop.network.network import Network
from skbackprop.network.workspace import Workspace

use_style()

# %%
# One neuron that is completely wrong
# -----------------------------------
# The smallest possible network has one input and one sigmoid neuron. The target is 0. The input is 1, and
# the weight and the bias are 10, so z = 20 and the output is almost exactly 1. How large is the derivative
# of the loss with respect to the weight?


def neuron(weight, bias):
    """Return a network of one neuron, and the workspace that holds its gradient."""
    network = Network(layer_sizes=[1, 1], activations=[])
    network.W[0][:] = weight
    network.b[0][:] = bias
    return network, Workspace(network, n_rows=1, grad=np.empty(2))


def backpropagate(network, workspace, loss):
    """Write the gradient of one example, x = 1 and y = 0, and return the output of the neuron."""
    z = network.forward(np.ones((1, 1)), workspace)
    loss.delta(np.zeros((1, 1)), z, out=workspace.output.delta)
    network.backward(workspace)
    a = np.empty((1, 1))
    loss.inverse_link(z, out=a)
    return a.item()


squared_error, cross_entropy = SigmoidSquaredError(), BinaryCrossEntropy()
for name, loss in [("squared error", squared_error), ("cross-entropy", cross_entropy)]:
    network, workspace = neuron(weight=10.0, bias=10.0)
    output = backpropagate(network, workspace, loss)
    print(f"{name}: output {output:.9f}, dL/dW = {workspace.grad[0]:.2e}")

# %%
# With the squared error, dL/dz = (a - y) a (1 - a), and a (1 - a) is about 2e-9: the error is as large as
# possible, but the derivative is almost 0. With cross-entropy the factor a (1 - a) cancels, and the
# derivative is the error itself, a - y.
#
# Next, such a neuron is trained with each of the two losses by 300 steps of gradient descent, from less
# extreme initial values (weight and bias 2).


def outputs(loss, start, n_steps=300, learning_rate=0.15):
    """Return the output of the neuron before each step of gradient descent."""
    network, workspace = neuron(start, start)
    history = []
    for _ in range(n_steps):
        history.append(backpropagate(network, workspace, loss))
        network.theta -= learning_rate * workspace.grad
    return history


# %%
# A whole network
# ---------------
# The same happens in larger networks. Three networks start from weights that are far too large (normal with
# variance 1), so that most sigmoids are saturated. They are trained on the same digits in the same order,
# with the same learning rate. Only the loss and the activation differ.

X, y = load_digits(return_X_y=True)


def accuracy_curve(activation, loss):
    """Return the accuracy on the training images after each of 30 epochs."""
    network = BackpropClassifier(
        hidden_layer_sizes=(30,),
        recipe=Recipe("textbook", initialization="normal"),
        activation=activation,
        loss=loss,
        solver="sgd",
        momentum=0.0,
        learning_rate=0.1,
        alpha=0.0,
        batch_size=10,
        max_iter=30,
        n_iter_no_change=None,
        scoring="accuracy",
        random_state=0,
    )
    with warnings.catch_warnings():
        # The example shows that 30 epochs are too few.
        warnings.simplefilter("ignore", ConvergenceWarning)
        network.fit(X, y, X_val=X, y_val=y)
    return network.validation_scores_


curves = {
    "ReLU, cross-entropy": accuracy_curve("relu", "bce"),
    "sigmoid, cross-entropy": accuracy_curve("sigmoid", "bce"),
    "sigmoid, squared error": accuracy_curve("sigmoid", "squared_error"),
}
for name, curve in curves.items():
    print(f"{name:23s} accuracy after 1, 10, 30 epochs: {curve[0]:.2f} {curve[9]:.2f} {curve[29]:.2f}")

assert curves["sigmoid, squared error"][29] < 0.9 < curves["sigmoid, cross-entropy"][29]

# %%
# Left: the output of the neuron with the squared error hardly changes in the first 150 steps, because it
# starts saturated. Right: the network with the squared error still has a much lower accuracy after 30
# epochs.

figure, (left, right) = plt.subplots(1, 2, figsize=(9, 3.8), layout="constrained")

left.plot(outputs(squared_error, start=2.0), "C1--")
left.text(55, 0.88, "squared error")
left.plot(outputs(cross_entropy, start=2.0), "C0-")
left.text(60, 0.11, "cross-entropy")
left.set(xlabel="step", ylabel="output of the neuron (target 0)", ylim=(0, 1.03))
left.set_title("One saturated neuron")

epochs = range(1, 31)
for (name, curve), style in zip(curves.items(), ["k-.", "C0-", "C1--"], strict=True):
    right.plot(epochs, curve, style, label=name)
right.set(xlabel="epoch", ylabel="accuracy", ylim=(0, 1.03))
right.set_title("Digits, from weights that are too large")
right.legend(loc="lower right")
for axis in (left, right):
    axis.grid(alpha=0.3)
plt.show()
