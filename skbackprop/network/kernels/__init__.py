"""How the network is made fast. Nobody needs to read it to understand the network."""
