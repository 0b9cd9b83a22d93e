import { describeModelRegistry } from "@modelstack/core/testing";
import { emptyRegistryAt } from "./registry.fixture.ts";
import { describeWithMlflow } from "../../../../tests/support/mlflow.ts";

describeWithMlflow("the contract", (url) => {
  describeModelRegistry("mlflow", () => emptyRegistryAt(url));
});
