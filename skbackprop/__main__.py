"""``python -m skbackprop``: a demonstration in which a network learns to read handwritten digits."""

import argparse

from sklearn.datasets import load_digits
from sklearn.metrics import confusion_matrix
from sklearn.model_selection import train_test_split

from skbackprop import BackpropClassifier

SHADES = " .:-=+*#%@"
CODE = """\
    network = BackpropClassifier(random_state=0)
    network.fit(train, y_train)
    predicted = network.predict(test)
"""
NEXT = """\
What to try next:

  BackpropClassifier(verbose=True)                             print a line for each epoch
  skbackprop.BackpropRegressor().fit(frame, y)                 a data frame with text and missing values
  skbackprop.inspection.diagnose(network, train, y_train)      what is wrong with a network
  skbackprop.inspection.attributions(network, test, train)     why it predicts what it does
  skbackprop.displays.LossCurveDisplay.from_estimator(network) a picture of the training
"""


def picture(image):
    """Return an 8 x 8 image with values from 0 to 16 as lines of text."""
    return ["".join(2 * SHADES[int(value * 9 // 16)] for value in row) for row in image]


def main(arguments=None):
    """Train on 1,347 images, and show the predictions for 450 other images."""
    parser = argparse.ArgumentParser(
        prog="python -m skbackprop",
        description="Demonstration: a network learns to read handwritten digits. It takes a few seconds.",
        epilog=f"The code is:\n\n{CODE}\n{NEXT}",
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.parse_args(arguments)
    digits = load_digits()
    train, test, y_train, y_test = train_test_split(
        digits.data, digits.target, test_size=0.25, stratify=digits.target, random_state=0
    )
    print(f"Training on {len(train)} images of handwritten digits, 8 x 8 pixels each:\n\n{CODE}")
    network = BackpropClassifier(random_state=0)
    network.fit(train, y_train)
    predicted = network.predict(test)
    losses = network.loss_curve_
    for epoch in sorted({0, 1, 3, 7, 15, len(losses) - 1} & set(range(len(losses)))):
        bar = "#" * round(40 * losses[epoch] / losses[0])
        print(f"  epoch {epoch + 1:3d}/{len(losses)}   loss {losses[epoch]:.4f}   {bar}")

    print(f"\nTest accuracy on {len(test)} images it has never seen: {(predicted == y_test).mean():.1%}\n")
    print("The first five of them:\n")
    pictures = [picture(row.reshape(8, 8)) for row in test[:5]]
    for line in zip(*pictures, strict=True):
        print("  " + "   ".join(line))
    answers = [f"read as {guess}, is {truth}" for guess, truth in zip(predicted[:5], y_test[:5], strict=True)]
    print("  " + "   ".join(f"{answer:16s}" for answer in answers))
    print("\nWhat each digit (row) was read as (column):\n")
    print("      " + " ".join(f"{digit:3d}" for digit in range(10)))
    for digit, counts in enumerate(confusion_matrix(y_test, predicted)):
        print(f"  {digit:3d} " + " ".join(f"{count:3d}" if count else "  ." for count in counts))
    print(f"\n{NEXT}")


if __name__ == "__main__":
    main()
