"""Trains a classifier on scikit-learn's handwritten digits, and leaves it as ONNX, with what it predicts of the images that it has not seen."""

import csv
import json
import os

import numpy
from skl2onnx import to_onnx
from sklearn.datasets import load_digits
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import train_test_split
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

with open(os.environ["STACK_PARAMS"]) as file:
    params = json.load(file)

images, labels = load_digits(return_X_y=True)
# ONNX computes with single precision, so both sides are given the same numbers.
images = images.astype(numpy.float32)
seen, unseen, seen_labels, unseen_labels = train_test_split(
    images, labels, test_size=450, random_state=params["seed"], stratify=labels
)
print(f"training on {len(seen)} images, {len(unseen)} are kept for the test")

# The curve of the accuracy over the strength of the regularisation, from strong to weak; the last model is the one that is kept.
curve = []
for step, strength in enumerate(params["strengths"]):
    model = make_pipeline(StandardScaler(), LogisticRegression(C=strength, max_iter=2000))
    model.fit(seen, seen_labels)
    curve.append({"step": step, "strength": strength, "train_accuracy": model.score(seen, seen_labels)})
    print(f"C={strength}: {curve[-1]['train_accuracy']:.4f} on the images that it has seen")

with open(os.environ["STACK_METRICS"], "w", newline="") as file:
    writer = csv.DictWriter(file, fieldnames=["step", "strength", "train_accuracy"])
    writer.writeheader()
    writer.writerows(curve)

# Without zipmap the probabilities are a matrix, which every runtime can give back.
onnx = to_onnx(model, seen[:1], options={"zipmap": False})
with open(os.environ["STACK_OUTPUT_MODEL"], "wb") as file:
    file.write(onnx.SerializeToString())

with open(os.environ["STACK_OUTPUT_TEST"], "w") as file:
    rows = zip(unseen.astype(int).tolist(), unseen_labels.tolist(), model.predict(unseen).tolist())
    json.dump([{"pixels": pixels, "label": label, "python": guess} for pixels, label, guess in rows], file)
