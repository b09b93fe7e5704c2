"""
Explaining predictions
======================

Which columns decide the price of a flat, and why is this one expensive? The attributions of a prediction
are the shares of the columns in its difference from the mean prediction, computed by backpropagation to the
inputs.
"""

# %%
# Prices are simulated, so that the right answer is known. The frame has categories and missing values, and
# nothing is prepared: each column stays one column in the explanation.

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd

from skbackprop import BackpropRegressor
from skbackprop.displays import AttributionsDisplay
from skbackprop.inspection import attributions

rng = np.random.default_rng(0)
n_flats = 600
price_of_area = {"centre": 6.0, "harbor": 5.0, "north": 4.0, "south": 3.5}
flats = pd.DataFrame(
    {
        "district": rng.choice(list(price_of_area), n_flats),
        "area": rng.normal(80, 25, n_flats).clip(25, 160).round(),
        "built": rng.integers(1900, 2024, n_flats).astype(float),
        "floor": rng.integers(0, 9, n_flats),
        "balcony": rng.choice(["yes", "no"], n_flats),
        "agent": rng.choice(["A", "B", "C"], n_flats),
    }
)
price = flats["area"] * flats["district"].map(price_of_area) + 5 * flats["floor"]
price += 40 * (flats["balcony"] == "yes") + 0.8 * (flats["built"] - 1960).abs() + rng.normal(0, 15, n_flats)
flats.loc[rng.random(n_flats) < 0.15, "built"] = np.nan
flats.loc[rng.random(n_flats) < 0.15, "balcony"] = None

model = BackpropRegressor(recipe="fast", random_state=0).fit(flats[:450], price[:450])
print(f"R² on new flats: {model.score(flats[450:], price[450:]):.3f}")

# %%
# The values of each row sum to its prediction less the mean prediction of the background.

new = flats[450:]
result = attributions(model, new, background=flats[:450])
print(f"largest deviation of a sum: {result.error:.1e} of the range of the predictions")

# %%
# Over all rows, the area and the district matter most. The agent has no share, as it should be.

AttributionsDisplay.from_attributions(result, kind="bar")
plt.show()

# %%
# Each row is a point. Large flats are worth more, and the farther from the mean, the more. Old and new
# buildings are both expensive: dark and bright points lie on the right. Districts are text, which has no
# order.

AttributionsDisplay.from_attributions(result)
plt.show()

# %%
# The most expensive of the new flats: from the mean prediction at the bottom to its own at the top.

AttributionsDisplay.from_attributions(result, kind="waterfall", row=int(result.predictions.argmax()))
plt.show()
