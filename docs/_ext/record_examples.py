"""The examples that the site does not run: what they printed, and a picture of their result.

``python docs/_ext/record_examples.py [NAME ...]`` runs them, in an environment with the packages that they
need, and writes ``docs/outputs/NAME.txt`` and ``docs/outputs/NAME.png``. As an extension of Sphinx, this
module shows both at the end of the page of each example.
"""

import io
import os
import runpy
import sys
from contextlib import redirect_stdout
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
EXAMPLES, OUTPUTS = ROOT / "examples", ROOT / "docs" / "outputs"
BLUE, ORANGE, GRAY = "#0072b2", "#d55e00", "#999999"

SHOWN = """

Output
------

Recorded with the packages that this example needs:

.. code-block:: none

{text}

.. figure:: /outputs/{name}.png
   :width: 600
   :alt: {caption}

   {caption}
"""


def draw_explain_with_shap(result, ax):
    """The eight largest contributions to the prediction for one patient."""
    names, shares = zip(*result["shares"][:8], strict=True)
    ax.barh(names, shares, color=[BLUE if share > 0 else ORANGE for share in shares])
    ax.axvline(0, color="black", linewidth=0.8)
    ax.invert_yaxis()
    ax.set(xlabel='contribution to the probability of "benign"')


def draw_ray_grid_search(result, ax):
    """The cross-validated accuracy of each setting, computed by one process and on Ray."""
    for name, label, color, size in (("with_joblib", "one process", GRAY, 11), ("with_ray", "Ray", BLUE, 5)):
        found = result[name].cv_results_
        ax.plot(
            found["mean_test_score"],
            range(len(found["params"])),
            "o",
            color=color,
            markersize=size,
            label=label,
        )
    settings = [
        f"learning_rate {each['learning_rate']}, dropout {each['dropout']}" for each in found["params"]
    ]
    ax.set_yticks(range(len(settings)), settings)
    ax.set(xlabel="accuracy, mean of three folds")
    ax.legend()


def draw_serve_onnx(result, ax):
    """The probabilities that the server returned, by age and town."""
    frame, probabilities = result["frame"], result["response"]["probabilities"]
    bought = frame.assign(yes=[row[1] for row in probabilities])
    for town, color in zip(("Bern", "Oslo", "Rome"), (BLUE, ORANGE, GRAY), strict=True):
        rows = bought[bought["town"] == town]
        ax.scatter(rows["age"], rows["yes"], s=6, color=color, label=town)
    ax.set(xlabel="age", ylabel='probability of "yes"')
    ax.legend()


def draw_stream_polars(result, ax):
    """The load of the year, and what the network predicts for the same hours at the end of the stream."""
    frame = result["make_frame"](1500)
    predicted = result["network"].predict(frame[result["FEATURES"]])
    ax.scatter(frame["temperature"], frame["load"], s=4, color=GRAY, label="measured")
    ax.scatter(frame["temperature"], predicted, s=4, color=BLUE, label="predicted at the end of the stream")
    ax.set(xlabel="temperature in degrees Celsius", ylabel="load in MW")
    ax.legend()


def draw_tune_with_optuna(result, ax):
    """The validation loss of each trial by epoch; pruned trials end early."""
    for trial in result["study"].trials:
        pruned = trial.state.name == "PRUNED"
        losses = list(trial.intermediate_values.values())
        ax.plot(range(1, len(losses) + 1), losses, ".-", color=ORANGE if pruned else BLUE, linewidth=1)
    for color, label in ((BLUE, "complete"), (ORANGE, "pruned")):
        ax.plot([], [], ".-", color=color, label=label)
    ax.set(xlabel="epoch", ylabel="validation loss", yscale="log")
    ax.legend()


DRAWN = {
    function.__name__.removeprefix("draw_"): function
    for function in (
        *(draw_explain_with_shap, draw_ray_grid_search, draw_serve_onnx),
        *(draw_stream_polars, draw_tune_with_optuna),
    )
}


def run(name):
    """Run an example as a program; return its variables and what it printed."""
    path = EXAMPLES / f"{name}.py"
    sys.argv = [str(path)]
    with redirect_stdout(io.StringIO()) as printed:
        result = runpy.run_path(str(path), run_name="__main__")
    return result, printed.getvalue()


def record(name):
    """Write what an example prints, and the picture of its result."""
    from matplotlib.figure import Figure
    from PIL import Image

    result, printed = run(name)
    figure = Figure(figsize=(6.4, 3.8), layout="constrained")
    DRAWN[name](result, figure.subplots())
    OUTPUTS.mkdir(exist_ok=True)
    (OUTPUTS / f"{name}.txt").write_text(printed)
    with io.BytesIO() as file:
        figure.savefig(file, dpi=150)
        picture = Image.open(file).convert("RGB").quantize(64)  # a third of the size
    picture.save(OUTPUTS / f"{name}.png", optimize=True)


def show(app, docname, source):
    """Add what was recorded to the page of an example, before the links to download it."""
    name = Path(docname).name
    if docname == f"gallery/{name}" and name in DRAWN:
        printed = (OUTPUTS / f"{name}.txt").read_text().splitlines()
        text = "\n".join(f"   {line}".rstrip() for line in printed)
        shown = SHOWN.format(text=text, name=name, caption=DRAWN[name].__doc__)
        page, target, downloads = source[0].partition("\n.. _sphx_glr_download_")
        source[0] = page + shown + target + downloads


def setup(app):
    """Connect to Sphinx."""
    app.connect("source-read", show)
    return {"parallel_read_safe": True, "parallel_write_safe": True}


if __name__ == "__main__":
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    for example in sys.argv[1:] or DRAWN:
        record(example)
