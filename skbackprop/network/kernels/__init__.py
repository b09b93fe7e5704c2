"""Low-level routines that make the network fast; it can be understood without reading them."""
