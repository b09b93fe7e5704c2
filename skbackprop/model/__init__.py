"""The model that a fit builds and keeps, its predictions, and the recipes that resolve "auto"."""
