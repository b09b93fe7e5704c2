"""
The activations and their slopes
================================

The figure shows the eleven activations and their derivatives. In the backward pass, the gradient is
multiplied by the derivative.
"""

import matplotlib.pyplot as plt
import numpy as np

from skbackprop.displays.style import BLUE, VERMILLION
from skbackprop.network.activations import ACTIVATIONS

# %%
# Values and slopes
# -----------------
# ``value_and_slope`` returns both as new arrays. A network computes them in the arrays of its layers instead.

z = np.linspace(-4, 4, 401)[None, :]
names = [name for name in ACTIVATIONS if name != "logistic"]  # another name of the sigmoid

figure, axes = plt.subplots(4, 3, figsize=(7, 8), sharex=True, layout="constrained")
for axis, name in zip(axes.flat, names, strict=False):
    value, slope = ACTIVATIONS[name].value_and_slope(z)
    axis.plot(z[0], value[0], color=BLUE, linewidth=2, label=r"activation $\sigma(z)$")
    # A jump of the slope is a gap in its line.
    slope = np.where(np.abs(np.diff(slope[0], append=slope[0, -1])) > 0.5, np.nan, slope[0])
    axis.plot(z[0], slope, color=VERMILLION, linewidth=1.5, linestyle="--", label=r"slope $\sigma'(z)$")
    axis.set_title(name)
    axis.set(ylim=(-2, 2.5), xticks=[-4, -2, 0, 2, 4])
    axis.axhline(0, color="0.8", linewidth=0.8, zorder=0)
    axis.axvline(0, color="0.8", linewidth=0.8, zorder=0)
for axis in axes[-1]:
    axis.set_xlabel("$z$")
axes[-2, -1].set_xlabel("$z$")
axes[-2, -1].tick_params(labelbottom=True)
for axis in axes[:, 0]:
    axis.set_ylabel("value")
axes.flat[-1].axis("off")
axes.flat[-1].legend(*axes.flat[0].get_legend_handles_labels(), loc="center", frameon=False)
plt.show()

# %%
# The derivatives of sigmoid and tanh vanish on both sides: the activations *saturate*. Those of the
# functions from relu to mish are close to 1 where z is large (selu: 1.05).

assert np.allclose(ACTIVATIONS["identity"].value_and_slope(z)[0], z)
for name in ("sigmoid", "tanh", "relu", "mish"):
    _, slope = ACTIVATIONS[name].value_and_slope(np.array([[-10.0, 0.1, 10.0]]))
    print(f"{name:8s} slope at -10: {slope[0, 0]:9.6f}, at 0.1: {slope[0, 1]:.3f}, at 10: {slope[0, 2]:.6f}")
