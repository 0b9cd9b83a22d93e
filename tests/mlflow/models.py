"""What MLflow's own client reads of the models that modelstack registered.

Called as `models.py TRACKING_URI COMMAND`, with JSON on stdin; prints JSON.
"""

import json
import sys

import mlflow
import numpy as np
import pandas as pd
from mlflow import MlflowClient

uri, command = sys.argv[1:]
mlflow.set_tracking_uri(uri)
client = MlflowClient()
given = json.load(sys.stdin)


def described(version):
    """A version with the run that it links to."""
    run = client.get_run(version.run_id)
    return {
        "version": str(version.version),
        "description": version.description,
        "stage": version.current_stage,
        "status": version.status,
        "source": version.source,
        "tags": version.tags,
        "run": {"id": run.info.run_id, "name": run.info.run_name, "params": run.data.params, "metrics": run.data.metrics},
    }


def predict():
    """What a model says of rows: of a list of lists a matrix, of objects a table."""
    model = mlflow.pyfunc.load_model(given["model"])
    rows = given["rows"]
    data = pd.DataFrame(rows) if isinstance(rows[0], dict) else np.array(rows, dtype=given.get("dtype", "float32"))
    said = model.predict(data)
    signature = model.metadata.signature
    return {
        "said": {name: np.asarray(value).tolist() for name, value in said.items()}
        if isinstance(said, dict)
        else np.asarray(said).tolist(),
        "signature": None if signature is None else signature.to_dict(),
    }


def show():
    return described(client.get_model_version(given["name"], given["version"]))


def files():
    """The files that a client downloads, with what is in them, and the example that it reads."""
    import os

    folder = mlflow.artifacts.download_artifacts(given["model"])
    found = {}
    for root, _, names in os.walk(folder):
        for name in names:
            path = os.path.join(root, name)
            found[os.path.relpath(path, folder)] = os.path.getsize(path)
    example = mlflow.models.Model.load(folder).load_input_example(folder)
    if isinstance(example, pd.DataFrame):
        example = example.to_dict(orient="records")
    return {"files": found, "flavors": list(mlflow.models.Model.load(folder).flavors), "example": example}


def train():
    """Trains a scikit-learn model and leaves it as a pickle, with what it predicts."""
    import pickle

    from sklearn.linear_model import LinearRegression

    x, y = [[0.0, 1.0], [1.0, 1.0], [2.0, 0.0]], [1.0, 3.0, 4.0]
    model = LinearRegression().fit(x, y)
    with open(given["path"], "wb") as file:
        pickle.dump(model, file)
    return {"rows": x, "said": model.predict(x).tolist()}


print(json.dumps(locals()[command](), default=str))
