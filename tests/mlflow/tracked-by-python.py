# What MLflow's own client sees of a run: python tracked-by-python.py TRACKING_URI RUN_ID
import json, sys
import mlflow

uri, run_id = sys.argv[1:]
mlflow.set_tracking_uri(uri)
run = mlflow.get_run(run_id)
mlflow.set_experiment(experiment_id=run.info.experiment_id)
table = mlflow.load_table("eval.json", run_ids=[run_id])
dataset = run.inputs.dataset_inputs[0]
print(
    json.dumps(
        {
            "name": run.info.run_name,
            "status": run.info.status,
            "metrics": {key: str(value) for key, value in run.data.metrics.items()},
            "params": run.data.params,
            "tags": run.data.tags,
            "history": [m.value for m in mlflow.MlflowClient().get_metric_history(run_id, "loss")],
            "table": table.to_dict(orient="records"),
            "text": mlflow.artifacts.load_text(f"runs:/{run_id}/notes/first.md"),
            "dataset": [dataset.dataset.name, {tag.key: tag.value for tag in dataset.tags}],
        }
    )
)
