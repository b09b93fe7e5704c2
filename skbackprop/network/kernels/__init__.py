"""How the network is made fast. The network can be understood without reading it."""
