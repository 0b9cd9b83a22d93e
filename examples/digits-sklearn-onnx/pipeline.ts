import { artifact, pipeline, pythonStep, registerModelStep, step } from "modelstack";
import { z } from "zod";
import { predict, signature, TestDigit } from "./digits.ts";

const here = (file: string) => new URL(file, import.meta.url);

const train = pythonStep({
  name: "train",
  script: here("train.py"),
  requirements: here("requirements.txt"),
  params: z.object({ seed: z.int(), strengths: z.array(z.number().positive()).min(1) }),
  outputs: { model: artifact.file(), test: artifact.json(TestDigit.array()) },
  paths: { model: "digits.onnx" },
  metrics: "metrics.csv",
});

const check = step(
  {
    name: "check",
    inputs: { model: artifact.file(), test: artifact.json(TestDigit.array()) },
    params: z.object({ atLeast: z.number().min(0).max(1) }),
    outputs: { accuracy: artifact.json(z.number()), comparison: artifact.file() },
  },
  async ({ model, test, atLeast }, { file, logger, tracker }) => {
    const guesses = await predict(
      model.path,
      test.map(({ pixels }) => pixels),
    );
    const rows = test.map(({ label, python }, digit) => ({ digit, label, python, onnx: guesses[digit]! }));
    const [first, ...others] = rows.filter(({ python, onnx }) => onnx !== python);
    if (first !== undefined)
      throw new Error(
        `ONNX and Python differ in ${others.length + 1} of ${rows.length}: digit ${first.digit}: ${first.onnx}, not ${first.python}`,
      );
    const accuracy = rows.filter(({ label, onnx }) => onnx === label).length / rows.length;
    tracker.logMetric("test_accuracy", accuracy);
    const right = `${(accuracy * 100).toFixed(1)} % are right`;
    if (accuracy < atLeast) throw new Error(`only ${right}, ${atLeast * 100} % have to be`);
    logger.info(`the same as Python for ${rows.length} of ${rows.length} digits; ${right}`);
    return { accuracy, comparison: file("comparison.json", JSON.stringify(rows)) };
  },
);

export default pipeline(
  {
    name: "digits",
    params: z.object({
      seed: z.int().default(7),
      strengths: z.array(z.number().positive()).min(1).default([0.001, 0.01, 0.1]),
      atLeast: z.number().min(0).max(1).default(0.95),
    }),
  },
  ({ seed, strengths, atLeast }) => {
    const { model, test } = train({ seed, strengths });
    const { accuracy, comparison } = check({ model, test, atLeast });
    const { version } = registerModelStep({
      name: "digits",
      model,
      metrics: { accuracy },
      files: [comparison],
      format: "onnx",
      signature,
      description: "Handwritten digits of 8 x 8 pixels; a logistic regression of scikit-learn, as ONNX.",
      stage: "Production",
      archivePrevious: true,
    });
    return { version, accuracy };
  },
);
