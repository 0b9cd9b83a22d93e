# What MLflow's own client in Python takes for what the bench measures of ours. Prints JSON, in milliseconds.
import json
import os
import statistics
import sys
import time

from mlflow import MlflowClient
from mlflow.artifacts import download_artifacts

what, url, *rest = sys.argv[1:]
os.environ["MLFLOW_TRACKING_URI"] = url
client = MlflowClient()


def milliseconds(act):
    begun = time.perf_counter()
    act()
    return (time.perf_counter() - begun) * 1000


def log_metrics():
    run_id = "0123456789abcdef0123456789abcdef"
    calls = 500

    def log():
        for step in range(calls):
            client.log_metric(run_id, "loss", 1 / (step + 1), timestamp=1_700_000_000_000 + step, step=step, synchronous=True)

    log()
    return statistics.median(milliseconds(log) / calls for _ in range(5))


def upload(run_id, file):
    return milliseconds(lambda: client.log_artifact(run_id, file))


def download(run_id, name, folder):
    return milliseconds(lambda: download_artifacts(run_id=run_id, artifact_path=name, dst_path=folder))


def list_models():
    for model in client.search_registered_models(max_results=1000):
        print(model.name, file=sys.stderr)


result = {"log": log_metrics, "up": upload, "down": download, "list": list_models}[what](*rest)
print(json.dumps(result))
