"""Evaluates a trained model, adds what it finds to its folder of results, and uploads the folder if it is told to."""

import argparse
import csv
import json
import pathlib
import subprocess
import sys

import matplotlib
import numpy
from data import FILE, split
from sklearn import metrics

matplotlib.use("agg")
from matplotlib import pyplot  # noqa: E402

THRESHOLD = 0.5


def score(model: dict, tumours: numpy.ndarray) -> numpy.ndarray:
    """How likely each tumour is malignant."""
    scaled = (tumours - numpy.array(model["mean"])) / numpy.array(model["scale"])
    return 1 / (1 + numpy.exp(-(scaled @ numpy.array(model["coefficients"]) + model["intercept"])))


def measure(labels: numpy.ndarray, scores: numpy.ndarray) -> dict:
    """The numbers that tell how good the scores are, and the curve of the receiver."""
    guesses = scores >= THRESHOLD
    wrong, missed, _ = metrics.roc_curve(labels, scores)
    return {
        "threshold": THRESHOLD,
        "accuracy": metrics.accuracy_score(labels, guesses),
        "precision": metrics.precision_score(labels, guesses),
        "recall": metrics.recall_score(labels, guesses),
        "specificity": metrics.recall_score(labels, guesses, pos_label=0),
        "f1": metrics.f1_score(labels, guesses),
        "roc_auc": metrics.roc_auc_score(labels, scores),
        "average_precision": metrics.average_precision_score(labels, scores),
        "curves": {"roc": [wrong.tolist(), missed.tolist()]},
    }


def draw(evaluation: dict, results: pathlib.Path) -> None:
    """The curves of all splits, as PDF for papers and as PNG for pages."""
    figure, axes = pyplot.subplots(figsize=(4, 4))
    for name, measured in evaluation.items():
        axes.plot(*measured["curves"]["roc"], label=f"{name}: {measured['roc_auc']:.3f}")
    axes.set(xlabel="false positive rate", ylabel="true positive rate")
    axes.legend()
    # Without the date, equal curves are equal files.
    figure.savefig(results / "roc.pdf", metadata={"CreationDate": None})
    figure.savefig(results / "roc.png")


def upload(name: str, results: pathlib.Path, more: list[str]) -> int:
    """Registers the folder as a version of a model, with what the training says of itself."""
    return subprocess.run(
        [
            *("npx", "modelstack", "models", "upload", str(results), "--model", name),
            *("--meta", "train.meta.json", "--params", "train.meta.json:hyperparameters"),
            *("--metrics", "evaluation.json:test", "--table", "confusion.csv"),
            *("--figure", "roc.pdf", "--figure", "roc.png", "--input", f"database={FILE}"),
            *more,
        ],
        check=False,
    ).returncode


parser = argparse.ArgumentParser(description=__doc__)
parser.add_argument("--results", type=pathlib.Path, default="results")
parser.add_argument("--upload", metavar="MODEL", help="upload the results as a version of this model, such as doc-wdbc")
args, more = parser.parse_known_args()

model = json.loads((args.results / "model.json").read_text())
config = json.loads((args.results / "train.meta.json").read_text())["hyperparameters"]
_, seen, unseen, seen_labels, unseen_labels = split(config["seed"], config["test-share"])

scores = {"train": (seen_labels, score(model, seen)), "test": (unseen_labels, score(model, unseen))}
evaluation = {name: measure(*pair) for name, pair in scores.items()}
(args.results / "evaluation.json").write_text(json.dumps(evaluation, indent=2))
with open(args.results / "confusion.csv", "w", newline="") as file:
    writer = csv.writer(file)
    writer.writerow(["split", "malignant", "called malignant", "called benign"])
    for name, (labels, found) in scores.items():
        for is_malignant in (True, False):
            called = found[labels == is_malignant] >= THRESHOLD
            writer.writerow([name, is_malignant, int(called.sum()), int((~called).sum())])
draw(evaluation, args.results)
print(f"{evaluation['test']['accuracy']:.1%} of {len(unseen)} unseen tumours are called right", flush=True)

if args.upload is not None:
    sys.exit(upload(args.upload, args.results, more))
