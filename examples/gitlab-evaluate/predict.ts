// Loads the newest version and asks it about a tumour whose features are all as they are on average: node predict.ts
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { loadModel } from "modelstack";

interface Weights {
  readonly features: readonly string[];
  readonly mean: readonly number[];
  readonly scale: readonly number[];
  readonly coefficients: readonly number[];
  readonly intercept: number;
}

const { path, version } = await loadModel("models:/doc-wdbc/latest?project=biosignal/software/mednet");
const model = JSON.parse(readFileSync(join(path, "model.json"), "utf8")) as Weights;

/** How likely a tumour with these features is malignant. */
function score(features: readonly number[]): number {
  const { mean, scale, coefficients, intercept } = model;
  const sum = features.reduce((total, value, i) => total + ((value - mean[i]!) / scale[i]!) * coefficients[i]!, 0);
  return 1 / (1 + Math.exp(-(sum + intercept)));
}

console.log(
  `version ${version.version} takes the average of ${model.features.length} features for malignant with ${(100 * score(model.mean)).toFixed(0)} %`,
);
