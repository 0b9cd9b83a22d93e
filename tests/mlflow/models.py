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


def log():
    """A run with a model, as a Python program leaves it; registered under a name if one is given. MLflow 3 logs it apart from the run's files."""
    from mlflow.models.signature import infer_signature
    from sklearn.linear_model import LinearRegression

    x = pd.DataFrame({"a": [0.0, 1.0, 2.0], "b": [1.0, 1.0, 0.0]})
    model = LinearRegression().fit(x, [1.0, 3.0, 4.0])
    mlflow.set_experiment("python")
    with mlflow.start_run() as run:
        mlflow.log_param("degree", 1)
        mlflow.log_metric("error", 0.25)
        about = {
            "signature": infer_signature(x, model.predict(x)),
            "serialization_format": "cloudpickle",
            "pip_requirements": ["scikit-learn"],
        }
        if given["logged"]:
            mlflow.sklearn.log_model(model, name="model", **about)
        else:
            import tempfile

            with tempfile.TemporaryDirectory() as folder:
                mlflow.sklearn.save_model(model, f"{folder}/model", **about)
                mlflow.log_artifacts(f"{folder}/model", "model")
    name, made = given.get("name"), None
    if name is not None:
        client.create_registered_model(name, tags={"team": "python"}, description="Made by Python.")
        if given["logged"]:
            made = mlflow.register_model(f"runs:/{run.info.run_id}/model", name)
        else:
            made = client.create_model_version(name, f"runs:/{run.info.run_id}/model", run.info.run_id, tags={"by": "hand"})
        client.set_registered_model_alias(name, "champion", made.version)
        client.transition_model_version_stage(name, made.version, "Staging")
    return {"run": run.info.run_id, "said": model.predict(x).tolist(), "source": made and made.source}


print(json.dumps(locals()[command](), default=str))
