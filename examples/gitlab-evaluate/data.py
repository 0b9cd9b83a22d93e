"""The tumours, and which of them a training sees."""

import importlib.resources

from sklearn.datasets import load_breast_cancer
from sklearn.model_selection import train_test_split

# Where scikit-learn keeps them.
FILE = importlib.resources.files("sklearn.datasets.data") / "breast_cancer.csv"


def split(seed: int, test_share: float):
    """The names of the features, the tumours that are seen and those that are kept for the test, and whether each is malignant."""
    tumours = load_breast_cancer()
    malignant = 1 - tumours.target
    parts = train_test_split(tumours.data, malignant, test_size=test_share, random_state=seed, stratify=malignant)
    return tumours.feature_names.tolist(), *parts
