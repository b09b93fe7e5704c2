"""The network that the textbook teaches: forward, backward, losses, optimizers. It knows no scikit-learn.

=====================  =================================================================
``network.py``         the parameters theta, the forward and the backward pass
``activations.py``     sigma and sigma'
``losses.py``          what is minimised, delta^L, and the link of the output layer
``dropout.py``         dropout masks
``input_layer.py``     learned scales and periodic embeddings that make a^0 of the inputs
``initialization.py``  first weights
``optimizers.py``      from the gradient to the step
``schedules.py``       how the learning rate changes
``workspace.py``       the arrays z, a, delta, dW of a batch
``kernels/``           how it is made fast
=====================  =================================================================
"""
