"""
A pipeline for mixed data
=========================

Real tables have numeric columns, text columns, and missing values. A pipeline preprocesses such a table, a
search tunes the network inside the pipeline, and the fitted pipeline is saved as one file that predicts
prices from raw rows.
"""

import tempfile
from pathlib import Path

import joblib
import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
from scipy.stats import loguniform
from sklearn.compose import make_column_transformer
from sklearn.impute import SimpleImputer
from sklearn.linear_model import RidgeCV
from sklearn.model_selection import RandomizedSearchCV, train_test_split
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import OneHotEncoder, StandardScaler

from skbackprop import BackpropRegressor
from skbackprop.displays.style import use_style

use_style()

# %%
# A table of flats
# ----------------
# The data are synthetic: 3,000 flats with their area, floor, year of construction, district and lift, and
# a price. The price per square metre depends on the district, upper floors are worth more if there is a
# lift, and some of the years are missing.

rng = np.random.default_rng(0)
n_flats = 3000
flats = pd.DataFrame(
    {
        "area": rng.uniform(25, 150, n_flats).round(),
        "floor": rng.integers(0, 8, n_flats),
        "year": rng.integers(1900, 2025, n_flats).astype(float),
        "district": rng.choice(["harbour", "hill", "mill", "old town", "station"], n_flats),
        "lift": rng.choice(["yes", "no"], n_flats),
    }
)
price_per_metre = flats["district"].map(
    {"harbour": 4200, "hill": 5500, "mill": 2600, "old town": 4800, "station": 3000}
)
bonus_of_floor = flats["floor"] * np.where(flats["lift"] == "yes", 0.03, -0.02)
bonus_of_age = (
    (flats["year"] - 1965) / 60
) ** 2 * 0.15  # old and new buildings are preferred to those of 1965
price = price_per_metre * flats["area"] * (1 + bonus_of_floor + bonus_of_age)
price *= rng.normal(1, 0.08, n_flats)
flats.loc[rng.random(n_flats) < 0.1, "year"] = np.nan

X_train, X_test, y_train, y_test = train_test_split(flats, price, test_size=0.25, random_state=0)
print(flats.head())

# %%
# The pipeline
# ------------
# Text columns are one-hot encoded; missing values are imputed and marked by indicators. The columns have
# different magnitudes (areas are about 100, years about 2,000 and prices about 400,000), but need no
# scaling, because the network scales its inputs and its target. A notebook displays the pipeline as a
# diagram: click on a step to see its parameters, and on the question mark for its documentation.


def pipeline(regressor):
    """Return a pipeline that preprocesses rows of the table and applies the regressor."""
    columns = make_column_transformer(
        (SimpleImputer(add_indicator=True), ["area", "floor", "year"]),
        (OneHotEncoder(handle_unknown="ignore"), ["district", "lift"]),
    )
    return make_pipeline(columns, regressor)


network = pipeline(BackpropRegressor(recipe="fast", random_state=0))
network

# %%
# Tuning
# ------
# In a pipeline the names of the network's parameters are prefixed with the name of the step. Learning
# rates are drawn on a logarithmic scale, because the ratio of two rates matters and not their difference.

search = RandomizedSearchCV(
    network,
    {
        "backpropregressor__hidden_layer_sizes": [(64,), (64, 64), (96, 96, 96)],
        "backpropregressor__learning_rate": loguniform(0.02, 0.2),
        "backpropregressor__dropout": [0.0, 0.05, 0.1, 0.2],
    },
    n_iter=12,
    cv=3,
    random_state=0,
)
search.fit(X_train, y_train)
for name, value in search.best_params_.items():
    print(f"{name} = {value if isinstance(value, tuple) else format(value, '.2g')}")

linear = pipeline(make_pipeline(StandardScaler(with_mean=False), RidgeCV())).fit(X_train, y_train)
scores = {"linear": linear.score(X_test, y_test), "network": search.score(X_test, y_test)}
print({name: round(score, 3) for name, score in scores.items()})
assert scores["network"] > scores["linear"] + 0.03

# %%
# The linear model sums the effects of the columns. The network also learns interactions: a square metre is
# worth more in the district "hill" than in "mill".

figure, axes = plt.subplots(1, 2, figsize=(9, 4.4), sharex=True, sharey=True, layout="constrained")
for axis, (name, score), model in zip(axes, scores.items(), [linear, search], strict=True):
    axis.scatter(y_test / 1000, model.predict(X_test) / 1000, s=8, alpha=0.5, color="C0")
    axis.axline((0, 0), slope=1, color="black", linewidth=1, linestyle="--")
    axis.set(xlabel="true price (thousands)", aspect="equal")
    axis.set_title(f"{name.capitalize()}: $R^2$ = {score:.3f}")
    axis.grid(alpha=0.3)
axes[0].set_ylabel("predicted price (thousands)")
plt.show()

# %%
# Saving
# ------
# The file contains the encoders and the network. The loaded pipeline predicts from rows of the table.

with tempfile.TemporaryDirectory() as folder:
    file = Path(folder) / "flats.joblib"
    joblib.dump(search.best_estimator_, file)
    loaded = joblib.load(file)

new_flat = pd.DataFrame({"area": [80], "floor": [5], "year": [np.nan], "district": ["hill"], "lift": ["yes"]})
print(f"price of a flat of 80 square metres on the hill: {loaded.predict(new_flat)[0]:,.0f}")
np.testing.assert_array_equal(loaded.predict(X_test), search.predict(X_test))
