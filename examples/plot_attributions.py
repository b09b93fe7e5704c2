"""
Explaining predictions
======================

Which columns determine the price of flats, and why is a particular flat expensive? The attributions of a
prediction are the contributions of the columns to its difference from the mean prediction. They are computed
by backpropagation to the inputs.
"""

# %%
# The prices are simulated, so that their dependence on the columns is known. The frame has categories and
# missing values and is not preprocessed, so each column has one attribution.

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
# The attributions of each row sum to its prediction minus the mean prediction for the background rows.

new = flats[450:]
result = attributions(model, new, background=flats[:450])
print(f"largest deviation of a sum: {result.error:.1e} of the range of the predictions")

# %%
# On average over all rows, the area and the district contribute most. The agent, which has no effect on the
# price, contributes almost nothing.

AttributionsDisplay.from_attributions(result, kind="bar")
plt.show()

# %%
# In the next figure each row is a point, whose color is the value of the column. The price increases with
# the area. Old and new buildings are both expensive: dark and bright points are on the right. Districts are
# text, which has no order and therefore no color scale.

AttributionsDisplay.from_attributions(result)
plt.show()

# %%
# The most expensive of the new flats: the figure leads from the mean prediction at the bottom to the
# prediction for this flat at the top.

AttributionsDisplay.from_attributions(result, kind="waterfall", row=int(result.predictions.argmax()))
plt.show()
