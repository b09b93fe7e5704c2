"""
Learning from a stream of batches
=================================

A Parquet file is read batch by batch. Each batch is passed to ``partial_fit`` as a Polars data frame. The
distribution of the inputs drifts, and their scaling is updated accordingly. The network adapts to the drift,
and forgets what it learned from earlier batches: at the end, in winter, its predictions for summer days are
poor.
"""

# sphinx_gallery_thumbnail_path = 'outputs/stream_polars.png'

import tempfile
from pathlib import Path

import numpy as np

from skbackprop import BackpropRegressor

try:
    import polars as pl
    import pyarrow.parquet as pq
except ImportError:
    raise SystemExit('This example needs Polars and PyArrow: pip install ".[clients]"') from None

FEATURES = ["temperature", "wind", "hour"]


def make_frame(n_rows):
    """Return synthetic data of the electricity consumption of a town over one year, in MW."""
    rng = np.random.default_rng(0)
    day = np.linspace(0, 365, n_rows)
    temperature = 10 - 12 * np.cos(2 * np.pi * day / 365) + rng.normal(0, 3, n_rows)
    wind, hour = rng.gamma(2, 2, n_rows), rng.uniform(0, 24, n_rows)
    heating = np.maximum(0, 16 - temperature) * (1 + 0.03 * wind)
    load = 40 + heating + 8 * np.sin(2 * np.pi * (hour - 9) / 24) + rng.normal(0, 1, n_rows)
    return pl.DataFrame({"temperature": temperature, "wind": wind, "hour": hour, "load": load})


with tempfile.TemporaryDirectory() as folder:
    path = Path(folder) / "year.parquet"
    make_frame(60_000).write_parquet(path)

    network = BackpropRegressor(hidden_layer_sizes=(64, 64), learning_rate=0.01, random_state=0)
    for number, batch in enumerate(pq.ParquetFile(path).iter_batches(batch_size=1000)):
        frame = pl.from_arrow(batch)
        if number % 10 == 9:  # test on new rows before training on them
            error = np.abs(network.predict(frame[FEATURES]) - frame["load"].to_numpy()).mean()
            mean = frame["temperature"].mean()
            print(f"after {number} batches, at {mean:4.1f} degrees on average: mean error {error:.2f} MW")
        network.partial_fit(frame[FEATURES], frame["load"])
