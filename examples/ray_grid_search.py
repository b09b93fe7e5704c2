"""
A grid search on Ray
====================

Ray replaces joblib's processes, on one machine or on a cluster. The scores of the grid search are the same
as in one process.
"""

# sphinx_gallery_thumbnail_path = 'outputs/ray_grid_search.png'

import joblib
import numpy as np
from sklearn.datasets import load_digits
from sklearn.model_selection import GridSearchCV

from skbackprop import BackpropClassifier

try:
    import ray
    from ray.util.joblib import register_ray
except ImportError:
    raise SystemExit("This example needs Ray: pip install ray") from None

X, y = load_digits(return_X_y=True)
network = BackpropClassifier(hidden_layer_sizes=(32,), max_iter=8, random_state=0)
grid = {"learning_rate": [0.01, 0.03, 0.1], "dropout": [0.0, 0.2]}

with_joblib = GridSearchCV(network, grid, cv=3).fit(X, y)

ray.init(num_cpus=2, include_dashboard=False, logging_level="error")
register_ray()
with joblib.parallel_config("ray", n_jobs=2):
    with_ray = GridSearchCV(network, grid, cv=3).fit(X, y)
ray.shutdown()

print(f"best: {with_ray.best_params_}, accuracy {with_ray.best_score_:.4f}")
same = np.array_equal(with_joblib.cv_results_["mean_test_score"], with_ray.cv_results_["mean_test_score"])
print("the scores are those of one process" if same else "the scores differ from those of one process")
