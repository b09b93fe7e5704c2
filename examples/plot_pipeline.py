"""
A table with numbers and words
==============================

Real tables have columns of numbers and columns of words, and holes. A pipeline turns such a table
into what a network can read, a search tunes the network inside the pipeline, and the whole of it is
saved as one file that takes raw rows and gives prices.
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

plt.style.use("tableau-colorblind10")

# %%
# A table of flats
# ----------------
# The example makes its own data: 3,000 flats with their area, floor, year of building, district and
# heating, and a price. A square metre costs more in some districts than in others, upper floors are
# worth more where there is a lift, and some of the years are not known.

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
bonus_of_age = ((flats["year"] - 1965) / 60) ** 2 * 0.15  # old and new are liked, 1965 is not
price = price_per_metre * flats["area"] * (1 + bonus_of_floor + bonus_of_age)
price *= rng.normal(1, 0.08, n_flats)
flats.loc[rng.random(n_flats) < 0.1, "year"] = np.nan

X_train, X_test, y_train, y_test = train_test_split(flats, price, test_size=0.25, random_state=0)
print(flats.head())

# %%
# The pipeline
# ------------
# Words become columns of 0 and 1, holes are filled and marked. Nothing needs to be said about the
# units, though areas are near 100, years near 2,000 and prices near 400,000: the network scales its
# inputs and its target itself. A notebook shows the pipeline as a picture: click on a step to see its
# parameters, and on the question mark for its page.


def pipeline(regressor):
    """Return a pipeline that takes rows of the table."""
    columns = make_column_transformer(
        (SimpleImputer(add_indicator=True), ["area", "floor", "year"]),
        (OneHotEncoder(handle_unknown="ignore"), ["district", "lift"]),
    )
    return make_pipeline(columns, regressor)


network = pipeline(BackpropRegressor(recipe="fast", random_state=0))
network

# %%
# Tuned
# -----
# Inside a pipeline a parameter of the network has the name of its step before it. Rates are drawn
# from a logarithmic scale, because the step from 0.02 to 0.04 matters as much as the one from 0.1
# to 0.2.

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
# The linear model adds up what each column is worth by itself. The network also learns that a
# square metre on the hill is worth more than one by the mill.

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
# Saved
# -----
# The file holds the columns, the encoders and the network. Who loads it passes rows of the table.

with tempfile.TemporaryDirectory() as folder:
    file = Path(folder) / "flats.joblib"
    joblib.dump(search.best_estimator_, file)
    loaded = joblib.load(file)

new_flat = pd.DataFrame({"area": [80], "floor": [5], "year": [np.nan], "district": ["hill"], "lift": ["yes"]})
print(f"price of a flat of 80 square metres on the hill: {loaded.predict(new_flat)[0]:,.0f}")
np.testing.assert_array_equal(loaded.predict(X_test), search.predict(X_test))
