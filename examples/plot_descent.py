"""
Three ways down a valley
========================

In a narrow valley the gradient points mostly across the valley and hardly along it. Plain gradient descent
zigzags; momentum and Adam do not.
"""

import matplotlib.pyplot as plt
import numpy as np

from skbackprop.network.optimizers import SGD, Adam

# %%
# The valley
# ----------
# The loss is (x² + 30 y²) / 2: thirty times as steep in one direction as in the other. Its lowest point
# is at zero.

STEEPNESS = np.array([1.0, 30.0])
START = np.array([-4.0, 1.0])


def loss(theta):
    """Return the height at the points theta."""
    return (theta**2 @ STEEPNESS) / 2


def path(optimizer, learning_rate, n_steps=40):
    """Return where the optimizer is after each step."""
    theta = START.copy()
    points = [theta.copy()]
    for _ in range(n_steps):
        optimizer.step(theta, STEEPNESS * theta, learning_rate)  # changes theta in place
        points.append(theta.copy())
    return np.array(points)


# %%
# Forty steps each
# ----------------
# Plain gradient descent cannot use a much larger learning rate: from 2 / 30 on it diverges.

paths = {
    "gradient descent": path(SGD(momentum=0), 0.06),
    "with Nesterov's momentum": path(SGD(momentum=0.8), 0.03),
    "Adam": path(Adam(), 0.3),
}
x, y = np.meshgrid(np.linspace(-4.5, 1.5, 200), np.linspace(-1.4, 1.4, 200))
height = loss(np.stack((x, y), axis=-1))

figure, axes = plt.subplots(3, 1, figsize=(7, 6.5), sharex=True, layout="constrained")
for axis, (name, points) in zip(axes, paths.items(), strict=True):
    axis.contour(x, y, height, levels=np.geomspace(0.05, 40, 12), colors="0.75", linewidths=0.8)
    axis.plot(*points.T, color="#0072b2", marker="o", markersize=3.5, linewidth=1.2)
    axis.plot(0, 0, color="#d55e00", marker="*", markersize=13)
    axis.set_title(f"{name}: loss {loss(points[-1]):.2g} after 40 steps")
    axis.set_ylabel("y")
axes[-1].set_xlabel("x")
plt.show()

# %%
# Momentum accumulates the common direction of the steps, and overshoots a little. Adam's steps have about
# the same length in every direction, however steep the loss is; with a constant learning rate it oscillates
# around the lowest point. The final losses are:

for name, points in paths.items():
    print(f"{name:26s} {loss(points[-1]):.6f}")
assert loss(paths["with Nesterov's momentum"][-1]) < loss(paths["gradient descent"][-1])
