"""Dropout (Srivastava et al., 2014): the test error on MNIST of three layers of 1024 rectifiers.

Table 2 of the paper: without dropout, with dropout of 0.2 on the inputs and 0.5 on the hidden layers, and
with max-norm as well. ``--select`` trains the candidates below for a few epochs on 50,000 of the training
images and prints their error on the other 10,000 (docs/papers.md describes the selection of CHOSEN). Without
``--select`` the chosen settings are trained on all 60,000 images, and evaluated once on the test images.
``--torch EPOCHS`` measures this number of epochs of the same training in PyTorch.
"""

import time

from benchmarks.papers.mnist import load_mnist, small_images
from skbackprop import BackpropClassifier, Recipe

COMMON = {
    "recipe": "textbook",
    "alpha": 0.0,
    "scaling": None,
    "batch_size": 128,
    "schedule": "cosine",
    "n_iter_no_change": None,
    "random_state": 0,
}


def recipe(**changes):
    """Return the setting of the textbook's recipe with some changes."""
    return {"recipe": Recipe("textbook", **changes)}


DROPPED = {"dropout": [0.2, 0.5, 0.5, 0.5]}  # of the inputs and of the hidden layers
ADAM = {"solver": "adam", "learning_rate": 1e-3}
SGD = {"solver": "sgd", "learning_rate": 0.1, "momentum": 0.9}
FADING = recipe(regularization_schedule="flat_cos")
CANDIDATES = {
    "none": [ADAM, ADAM | recipe(label_smoothing=0.1), SGD],
    "dropout": [DROPPED | ADAM, DROPPED | ADAM | FADING],
    "max-norm": [
        DROPPED | ADAM | recipe(max_norm=1.0),
        DROPPED | ADAM | recipe(max_norm=1.5),
        DROPPED | ADAM | recipe(max_norm=2.0),
        DROPPED | ADAM | recipe(max_norm=1.5) | {"learning_rate": 5e-4},
        DROPPED | ADAM | recipe(max_norm=2.0, label_smoothing=0.1),
        DROPPED | SGD | recipe(max_norm=2.0),
        DROPPED | SGD | recipe(max_norm=2.0) | {"batch_size": 100},
        DROPPED | SGD | recipe(max_norm=3.0) | {"batch_size": 100, "momentum": 0.95},
        DROPPED | SGD | recipe(max_norm=2.0) | {"batch_size": 100, "learning_rate": 0.3},
    ],
}
# Error of the paper in % (without dropout: its "standard neural net", of other layer sizes), setting, epochs.
CHOSEN = {
    "none": (1.60, ADAM, 30),
    "dropout": (1.25, DROPPED | ADAM, 60),
    "max-norm": (1.06, DROPPED | ADAM | recipe(max_norm=1.0), 250),
}


def fit(setting, X, y, n_epochs, n_hidden):
    """Return a network, and the CPU and wall seconds of its training."""
    model = BackpropClassifier((n_hidden,) * 3, max_iter=n_epochs, **(COMMON | setting))
    wall, cpu = time.perf_counter(), time.process_time()
    model.fit(X, y)
    return model, time.process_time() - cpu, time.perf_counter() - wall


def error(model, X, y):
    """Return the error in %."""
    return 100 * (1 - model.score(X, y))


def select(images, names, n_epochs):
    """Print the error of the candidates on the validation images."""
    for name in names:
        for setting in CANDIDATES[name]:
            model, cpu, _ = fit(setting, images.X, images.y, n_epochs, 1024)
            found = error(model, images.X_val, images.y_val)
            print(
                f"{name:8s} {found:5.2f} % after {n_epochs} epochs, {cpu:.0f} s of CPU, {setting}", flush=True
            )


def compare(images, names, n_hidden, n_epochs=None):
    """Print the error of the chosen settings on the test images, and that of the paper."""
    columns = f"{'paper':>6s} {'found':>6s} {'epochs':>7s} {'CPU, s':>7s} {'wall, s':>8s}"
    print(f"{'test error, %':14s} {columns}  setting")
    for name in names:
        paper, setting, n_chosen = CHOSEN[name]
        n = n_epochs or n_chosen
        model, cpu, wall = fit(setting, images.X_all, images.y_all, n, n_hidden)
        found = error(model, images.X_test, images.y_test)
        print(f"{name:14s} {paper:6.2f} {found:6.2f} {n:7d} {cpu:7.0f} {wall:8.0f}  {setting}", flush=True)


def time_torch(images, names, n_epochs):
    """Print the CPU seconds of an epoch of the same training in PyTorch and in skbackprop, alternately."""
    for name in names:
        setting = CHOSEN[name][1]
        for _ in range(n_epochs):
            _, ours, _ = fit(setting, images.X_all, images.y_all, 1, 1024)
            theirs = torch_epoch(setting, images.X_all, images.y_all)
            print(f"{name:8s} an epoch: skbackprop {ours:.1f} s of CPU, PyTorch {theirs:.1f} s", flush=True)


def torch_epoch(setting, X, y):
    """Return the CPU seconds of an epoch in PyTorch: eager, fused optimizer, the same recipe."""
    import torch
    from torch import nn

    X, y = torch.from_numpy(X), torch.from_numpy(y.astype("int64"))
    input_rate, rate, *_ = setting.get("dropout", (0, 0))
    layers = [nn.Dropout(input_rate)] if input_rate else []
    for n_in, n_out in [(784, 1024), (1024, 1024), (1024, 1024)]:
        layers += [nn.Linear(n_in, n_out), nn.ReLU()] + ([nn.Dropout(rate)] if rate else [])
    network = nn.Sequential(*layers, nn.Linear(1024, 10))
    loss = nn.CrossEntropyLoss()
    max_norm = setting["recipe"].max_norm if "recipe" in setting else None
    if setting["solver"] == "adam":
        optimizer = torch.optim.Adam(network.parameters(), lr=setting["learning_rate"], fused=True)
    else:
        optimizer = torch.optim.SGD(
            network.parameters(),
            lr=setting["learning_rate"],
            momentum=setting["momentum"],
            nesterov=True,
            fused=True,
        )
    cpu = time.process_time()
    for rows in torch.randperm(len(X)).split(COMMON["batch_size"]):
        optimizer.zero_grad(set_to_none=True)
        loss(network(X[rows]), y[rows]).backward()
        optimizer.step()
        if max_norm is not None:
            with torch.no_grad():
                for layer in network:
                    if isinstance(layer, nn.Linear):
                        layer.weight.renorm_(2, 0, max_norm)
    return time.process_time() - cpu


def add_arguments(parser):
    """Add the options of this benchmark."""
    parser.add_argument("--networks", nargs="*", choices=CHOSEN, default=list(CHOSEN))
    parser.add_argument("--epochs", type=int, help="instead of the number in the setting")
    parser.add_argument(
        "--select", action="store_true", help="compare the candidates on the validation images"
    )
    parser.add_argument(
        "--torch", type=int, metavar="EPOCHS", help="measure this number of epochs in PyTorch"
    )


def run(options):
    """Run the selected part and print its results."""
    if options.small:
        print("8 x 8 digits and 64 hidden units, as a smoke test:")
        compare(small_images(), options.networks, n_hidden=64, n_epochs=100)
        return
    images = load_mnist(options.data / "mnist")
    if options.select:
        select(images, options.networks, options.epochs or 10)
    elif options.torch:
        time_torch(images, options.networks, options.torch)
    else:
        compare(images, options.networks, 1024, options.epochs)
