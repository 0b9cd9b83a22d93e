import { readFile } from "node:fs/promises";
import { artifact, pipeline, registerModelStep, step } from "modelstack";
import { z } from "zod";
import { Classifier, classify, learn, newClassifier, Penguin } from "./classifier.ts";

const Rows = artifact.json(z.array(Penguin));

/** Reads the birds, and puts every fifth one aside for the test. */
const load = step({ name: "load", outputs: { training: Rows, test: Rows } }, async (_, { logger }) => {
  const rows = z.array(Penguin).parse(JSON.parse(await readFile(new URL("penguins.json", import.meta.url), "utf8")));
  logger.info(`${rows.length} penguins`);
  return { training: rows.filter((_row, i) => i % 5 !== 0), test: rows.filter((_row, i) => i % 5 === 0) };
});

const train = step(
  {
    name: "train",
    inputs: { training: Rows },
    params: z.object({ epochs: z.int().min(1), rate: z.number().positive() }),
    outputs: { model: artifact.file() },
  },
  ({ training, epochs, rate }, { file, tracker }) => {
    const classifier = newClassifier(training);
    for (let epoch = 1; epoch <= epochs; epoch++) {
      tracker.logMetric("loss", learn(classifier, training, rate), { step: epoch });
    }
    return { model: file("classifier.json", JSON.stringify(classifier)) };
  },
);

const evaluate = step(
  {
    name: "evaluate",
    inputs: { model: artifact.file(), test: Rows },
    outputs: { accuracy: artifact.json(z.number()) },
  },
  async ({ model, test }, { logger }) => {
    const classifier = Classifier.parse(JSON.parse(await readFile(model.path, "utf8")));
    const right = test.filter(([species, ...measurements]) => classify(classifier, measurements) === species);
    const accuracy = right.length / test.length;
    logger.info(`right about ${right.length} of ${test.length} birds that it had not seen`);
    return { accuracy };
  },
);

export default pipeline(
  {
    name: "penguins",
    params: z.object({ epochs: z.int().min(1).default(200), rate: z.number().positive().default(0.5) }),
  },
  ({ epochs, rate }) => {
    const { training, test } = load();
    const { model } = train({ training, epochs, rate });
    const { accuracy } = evaluate({ model, test });
    const { version } = registerModelStep({ name: "penguins", model, metrics: { accuracy } });
    return { accuracy, version };
  },
);
