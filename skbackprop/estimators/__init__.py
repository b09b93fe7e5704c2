"""The scikit-learn API: classifier, regressor and transformer, their parameters and warnings."""
