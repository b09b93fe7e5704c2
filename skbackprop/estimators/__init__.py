"""scikit-learn's face: the classifier, the regressor and the transformer, their parameters and warnings."""
