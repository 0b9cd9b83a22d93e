"""Trains a classifier of breast tumours, and leaves a folder of results: the model, and what the training says of itself."""

import argparse
import datetime
import json
import pathlib
import subprocess
import sys
import tomllib

from data import split
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler


def git(*args: str) -> str | None:
    """What git says, if this is a repository."""
    said = subprocess.run(["git", *args], capture_output=True, text=True, check=False)
    return said.stdout.strip() if said.returncode == 0 else None


parser = argparse.ArgumentParser(description=__doc__)
parser.add_argument("--config", default="config.toml")
parser.add_argument("--results", type=pathlib.Path, default="results")
args = parser.parse_args()

with open(args.config, "rb") as file:
    config = tomllib.load(file)
# Asked before anything is written.
source = {"commit": git("rev-parse", "HEAD"), "dirty": bool(git("status", "--porcelain", "--untracked-files=no"))}

features, seen, _, seen_labels, _ = split(config["seed"], config["test-share"])
model = make_pipeline(StandardScaler(), LogisticRegression(C=config["strength"], max_iter=2000))
model.fit(seen, seen_labels)
scaler, classifier = model[0], model[-1]

args.results.mkdir(parents=True, exist_ok=True)
weights = {
    "features": features,
    "mean": scaler.mean_.tolist(),
    "scale": scaler.scale_.tolist(),
    "coefficients": classifier.coef_[0].tolist(),
    "intercept": float(classifier.intercept_[0]),
}
(args.results / "model.json").write_text(json.dumps(weights))
about = {
    "datetime": datetime.datetime.now(datetime.UTC).isoformat(),
    "git": source,
    "command-line": ["python", *sys.argv],
    "config": args.config,
    "database": config["database"],
    "hyperparameters": {key: config[key] for key in ("seed", "test-share", "strength")},
}
(args.results / "train.meta.json").write_text(json.dumps(about, indent=2))
print(f"trained on {len(seen)} tumours of {config['database']}")
