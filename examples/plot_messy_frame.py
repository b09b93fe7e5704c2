"""
A table as it comes
===================

Tables from a database have dates, missing values, decimals, and columns of many categories. ``fit`` accepts
them without preprocessing, and ``columns_`` shows how each column was read.
"""

from decimal import Decimal

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
from sklearn.compose import make_column_transformer
from sklearn.ensemble import HistGradientBoostingRegressor
from sklearn.model_selection import train_test_split
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import OrdinalEncoder, TargetEncoder

from skbackprop import BackpropRegressor
from skbackprop.displays.style import BLUE, GREY, ORANGE, use_style

use_style()

# %%
# Deliveries
# ----------
# The data are synthetic: 6,000 deliveries of 500 shops. Some shops have more than a hundred orders, others
# only three. The minutes that a delivery took depend on the shop, the distance, the weather, the hour of the
# order, and whether it was express. The price has no effect.

rng = np.random.default_rng(0)
n_orders, n_shops = 6000, 500
share_of_shop = 1 / np.arange(10, 10 + n_shops)
shop = rng.choice(n_shops, n_orders, p=share_of_shop / share_of_shop.sum())
minute_of_year = pd.to_timedelta(rng.integers(0, 365 * 24 * 60, n_orders), unit="min")
ordered = pd.Series(pd.Timestamp("2024-01-01") + minute_of_year)
weather = rng.choice(["dry", "rain", "snow"], n_orders, p=[0.6, 0.3, 0.1])
express = rng.random(n_orders) < 0.3
distance = rng.gamma(4, 1.2, n_orders).round(1)
cents = rng.integers(500, 9000, n_orders)

hour = ordered.dt.hour + ordered.dt.minute / 60
rush_hour = np.exp(-((hour - 18) ** 2) / 8)
expected = 15 + 10 * rng.normal(size=n_shops)[shop] + 20 * rush_hour - 8 * express
expected += distance * pd.Series(weather).map({"dry": 3, "rain": 4, "snow": 7})
minutes = expected + rng.normal(0, 6, n_orders)

# %%
# The types are those that a database returns: decimals are Python objects, and so are the numbers of a
# column with missing values. In four columns, 5 to 10 % of the values are missing.


def with_gaps(values, share):
    """Return the values as a Series in which this share is missing."""
    return pd.Series(values).mask(rng.random(n_orders) < share)


orders = pd.DataFrame(
    {
        "ordered": with_gaps(ordered, 0.05),
        "shop": [f"shop {number}" for number in shop],
        "weather": with_gaps(weather, 0.1),
        "express": with_gaps(pd.array(express, dtype="boolean"), 0.08),
        "distance": with_gaps(distance.astype(object), 0.06),
        "price": [Decimal(int(number)) / 100 for number in cents],
    }
)
X, X_new, y, y_new = train_test_split(orders, minutes, test_size=0.25, random_state=0)
print(X.dtypes)

# %%
# A plain fit
# -----------
# The frame is not preprocessed. Each shop with many orders has an indicator; the others, which are rare,
# share one, and the mean minutes of each shop are a further input (target encoding). A missing weather is a
# separate category. A date is encoded as seven numbers: the day, and points on circles for the day of the
# year, the weekday and the hour.

model = BackpropRegressor(recipe="fast", random_state=0).fit(X, y)
print(model.columns_)

# %%
# Gradient boosting needs numbers
# -------------------------------
# ``HistGradientBoostingRegressor`` handles missing values, but objects, dates and more than 255 categories
# have to be converted first.


def with_numbers(frame):
    """Return the frame with dates, booleans and objects converted to numbers."""
    ordered = frame["ordered"]
    return pd.DataFrame(
        {
            "day": ordered.dt.day_of_year,
            "weekday": ordered.dt.day_of_week,
            "hour": ordered.dt.hour + ordered.dt.minute / 60,
            "shop": frame["shop"],
            "weather": frame["weather"],
            "express": frame["express"].astype(float),
            "distance": frame["distance"].astype(float),
            "price": frame["price"].astype(float),
        }
    )


trees = make_pipeline(
    make_column_transformer(
        (TargetEncoder(target_type="continuous"), ["shop"]),
        (OrdinalEncoder(), ["weather"]),
        remainder="passthrough",
    ),
    HistGradientBoostingRegressor(random_state=0),
).fit(with_numbers(X), y)

scores = {
    "gradient boosting\n(prepared frame)": trees.score(with_numbers(X_new), y_new),
    "network\n(frame as it is)": model.score(X_new, y_new),
}
print({name.split("\n")[0]: round(score, 3) for name, score in scores.items()})

# %%
# The left panel shows the kind of each column, the number of categories that have an indicator, and the
# share of the rows in which the value is missing or rare. In the right panel, the dashed line is the score
# of a model that knows everything except the noise. Missing values and shops with few orders keep both
# models below it.

best_possible = 1 - 6**2 / minutes.var()
_, (of_columns, of_scores) = plt.subplots(1, 2, figsize=(10, 4), width_ratios=(3, 2), layout="constrained")
names = [
    f"{column.name}: {column.kind}"
    + (f", {len(column.categories)} kept" if column.kind == "category" else "")
    for column in model.columns_
]
rare = np.array([column.rare_share for column in model.columns_])
missing = np.array([column.missing_share for column in model.columns_])
of_columns.barh(names, 100 * missing, color=ORANGE, label="missing")
of_columns.barh(names, 100 * rare, left=100 * missing, color=BLUE, label="rare")
of_columns.set(xlabel="share of the rows (%)", title="What each column was read as")
of_columns.invert_yaxis()
of_columns.legend(loc="lower right")
of_columns.grid(axis="x")
of_columns.set_axisbelow(True)

bars = of_scores.barh(list(scores), list(scores.values()), height=0.5, color=[GREY, BLUE])
of_scores.bar_label(bars, fmt="%.3f", padding=-40, color="white")
of_scores.axvline(best_possible, color="black", linestyle="--", linewidth=1)
of_scores.set(
    xlim=(0, 1), xlabel="$R^2$ on new deliveries", title=f"Best possible: {best_possible:.3f} (dashed)"
)
plt.show()
