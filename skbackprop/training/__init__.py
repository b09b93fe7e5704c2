"""The loop over batches, L-BFGS, stopping and history. It knows no scikit-learn and no tables."""
