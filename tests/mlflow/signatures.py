"""What MLflow makes of signatures and examples that modelstack stored, and the signatures that MLflow infers itself.

Reads {"signatures": {name: signature.json}, "examples": {name: input_example.json}} and prints what it understood of them.
"""

import json
import sys

import numpy as np
import pandas as pd
from mlflow.models.signature import ModelSignature, infer_signature
from mlflow.models.utils import _enforce_schema, dataframe_from_parsed_json


def lists(signature):
    """The texts of a signature as the lists that they hold."""
    return {key: None if text is None else json.loads(text) for key, text in signature.to_dict().items()}


def enforced(example, schema):
    """What a model of that signature would be given for an example of rows."""
    frame = dataframe_from_parsed_json(example, pandas_orient="split", schema=schema)
    data = _enforce_schema(frame, schema)
    return {column: str(dtype) for column, dtype in data.dtypes.items()}


table = pd.DataFrame(
    {
        "real": [1.5, 2.5],
        "whole": [1, 2],
        "small": np.array([1, 2], dtype="int32"),
        "single": np.array([1, 2], dtype="float32"),
        "word": ["a", "b"],
        "yes": [True, False],
        "when": pd.to_datetime(["2026-01-01", "2026-01-02"]),
        "bytes": [b"a", b"b"],
        "list": [[1.0], [2.0]],
        "object": [{"a": 1, "b": "x"}, {"a": 2}],
        "maybe": ["a", None],
    }
)
params = {"threshold": 0.5, "limit": 3, "name": "x", "yes": True, "labels": ["a", "b"], "more": {"deep": True}}

given = json.load(sys.stdin)
signatures = {name: ModelSignature.from_dict(signature) for name, signature in given["signatures"].items()}
print(
    json.dumps(
        {
            "read": {name: lists(signature) for name, signature in signatures.items()},
            "inferred": {
                "table": infer_signature(table, pd.DataFrame({"label": ["x"]}), params).to_dict(),
                "tensors": infer_signature({"a": np.zeros((2, 3), dtype="float32")}, np.zeros((2,))).to_dict(),
                "texts": infer_signature(["a", "b"], [{"label": "x", "score": 0.5}]).to_dict(),
            },
            "enforced": {name: enforced(example, signatures[name].inputs) for name, example in given["examples"].items()},
        }
    )
)
