"""Training loop, L-BFGS, early stopping and history; independent of scikit-learn and of tables."""
