"""
Explaining a prediction with SHAP
=================================

SHAP divides the difference between a prediction and the mean prediction among the features.
"""

# sphinx_gallery_thumbnail_path = 'outputs/explain_with_shap.png'

from sklearn.datasets import load_breast_cancer
from sklearn.model_selection import train_test_split

from skbackprop import BackpropClassifier

try:
    import shap
except ImportError:
    raise SystemExit('This example needs SHAP: pip install ".[clients]"') from None

data = load_breast_cancer()
X_train, X_test, y_train, y_test = train_test_split(data.data, data.target, random_state=0)
network = BackpropClassifier(recipe="fast", random_state=0).fit(X_train, y_train)


def probability_benign(rows):
    """Return the probability of the second class."""
    return network.predict_proba(rows)[:, 1]


# The explainer computes predictions for one patient in which some features are replaced by those of other
# patients.
explainer = shap.PermutationExplainer(probability_benign, X_train[:50], seed=0)
patient = X_test[:1]
explanation = explainer(patient, silent=True)

shares = sorted(zip(data.feature_names, explanation.values[0], strict=True), key=lambda item: -abs(item[1]))
print(f"mean probability of the background   {explanation.base_values[0]:+.3f}")
for name, share in shares[:8]:
    print(f"  {name:34s} {share:+.3f}")
print(f"  the other {len(shares) - 8} features {'':12s} {sum(share for _, share in shares[8:]):+.3f}")
print(f"probability for this patient         {probability_benign(patient)[0]:+.3f}")
