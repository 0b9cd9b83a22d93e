import { createHash } from "node:crypto";
import { readFile } from "node:fs/promises";
import { RandomForestClassifier } from "ml-random-forest";
import { artifact, pipeline, record, registerModelStep, step } from "modelstack";
import { z } from "zod";
import { Confusion, confusionOf, drawConfusion } from "./confusion.ts";
import { accuracyByTrees, grow, Penguin, predict, RawPenguin, shuffled } from "./forest.ts";

const load = step({ name: "load", outputs: { raw: artifact.json(RawPenguin.array()) } }, async (_, { tracker }) => {
  const file = await readFile(new URL("penguins.json", import.meta.url));
  const digest = `sha256:${createHash("sha256").update(file).digest("hex")}`;
  await tracker.logInput({ name: "penguins.json", source: "examples/penguins/penguins.json", digest });
  return { raw: RawPenguin.array().parse(JSON.parse(file.toString())) };
});

const clean = step(
  {
    name: "clean",
    inputs: { raw: artifact.json(RawPenguin.array()) },
    outputs: { rows: artifact.json(Penguin.array(), { name: "penguins-clean" }) },
  },
  ({ raw }, { logger }) => {
    const rows = raw.flatMap((penguin) => {
      const row = Penguin.safeParse({
        species: penguin.Species,
        measurements: [
          penguin["Beak Length (mm)"],
          penguin["Beak Depth (mm)"],
          penguin["Flipper Length (mm)"],
          penguin["Body Mass (g)"],
        ],
      });
      return row.success ? [row.data] : [];
    });
    logger.info(`${rows.length} of ${raw.length} penguins have all four measurements`);
    return { rows };
  },
);

const split = step(
  {
    name: "split",
    inputs: { rows: artifact.json(Penguin.array()) },
    params: z.object({ testShare: z.number().gt(0).lt(1).default(0.2), seed: z.int() }),
    outputs: { train: artifact.json(Penguin.array()), test: artifact.json(Penguin.array()) },
  },
  ({ rows, testShare, seed }) => {
    const mixed = shuffled(rows, seed);
    const border = Math.round(mixed.length * testShare);
    return { test: mixed.slice(0, border), train: mixed.slice(border) };
  },
);

const train = step(
  {
    name: "train",
    inputs: { train: artifact.json(Penguin.array()), test: artifact.json(Penguin.array()) },
    params: z.object({ trees: z.int().min(1), seed: z.int() }),
    outputs: { model: artifact.file(), accuracy: artifact.json(z.number()) },
    track: "own",
  },
  ({ train: rows, test, trees, seed }, { file, tracker }) => {
    const forest = grow(rows, trees, seed);
    const curve = accuracyByTrees(forest, test);
    curve.forEach((accuracy, i) => tracker.logMetric("accuracy", accuracy, { step: i + 1 }));
    return { model: file("forest.json", JSON.stringify(forest)), accuracy: curve.at(-1)! };
  },
);

const best = step(
  {
    name: "best",
    inputs: { models: record(artifact.file()), accuracies: record(artifact.json(z.number())) },
    outputs: { model: artifact.file(), accuracy: artifact.json(z.number()), setting: artifact.text() },
  },
  ({ models, accuracies }, { logger }) => {
    const [setting, accuracy] = Object.entries(accuracies).reduce((a, b) => (b[1] > a[1] ? b : a));
    logger.info(`${setting} is best with accuracy ${accuracy.toFixed(3)}`);
    return { model: models[setting]!, accuracy, setting };
  },
);

const evaluate = step(
  {
    name: "evaluate",
    inputs: { model: artifact.file(), test: artifact.json(Penguin.array()) },
    outputs: { confusion: artifact.table(Confusion, { format: "csv" }), picture: artifact.figure() },
  },
  async ({ model, test }, { tracker }) => {
    const forest = RandomForestClassifier.load(JSON.parse(await readFile(model.path, "utf8")));
    const predicted = predict(
      forest,
      test.map((row) => row.measurements),
    );
    const confusion = confusionOf(
      test.map((row) => row.species),
      predicted,
    );
    const picture = drawConfusion(confusion);
    await tracker.logTable("confusion.json", confusion);
    await tracker.logFigure("confusion.svg", picture);
    return { confusion, picture };
  },
);

const promote = step(
  {
    name: "promote",
    inputs: {
      version: artifact.json(z.object({ name: z.string(), version: z.string() })),
      accuracy: artifact.json(z.number()),
    },
    outputs: { promoted: artifact.json(z.boolean()) },
  },
  async ({ version, accuracy }, { models, logger }) => {
    const registry = await models.registry();
    const present = await registry.getLatestModelVersion(version.name, "Production");
    const bar = present?.metrics["accuracy"] ?? 0;
    if (accuracy <= bar) {
      logger.info(
        `version ${present?.version} stays in Production: ${accuracy.toFixed(3)} is not better than ${bar.toFixed(3)}`,
      );
      return { promoted: false };
    }
    await models.promote(version.name, version.version, "Production", {
      reason: `accuracy ${accuracy.toFixed(3)}, before ${bar.toFixed(3)}`,
      archivePrevious: true,
      expectedHolder: present?.version ?? null,
    });
    logger.info(`version ${version.version} is in Production`);
    return { promoted: true };
  },
);

export default pipeline(
  { name: "penguins", params: z.object({ trees: z.int().min(4).default(60), seed: z.int().default(3) }) },
  ({ trees, seed }) => {
    const { raw } = load();
    const { rows } = clean({ raw });
    const parts = split({ rows, seed });
    const small = train.named("train-small")({ ...parts, trees: Math.round(trees / 4), seed });
    const middle = train.named("train-middle")({ ...parts, trees: Math.round(trees / 2), seed });
    const large = train.named("train-large")({ ...parts, trees, seed });
    const chosen = best({
      models: { small: small.model, middle: middle.model, large: large.model },
      accuracies: { small: small.accuracy, middle: middle.accuracy, large: large.accuracy },
    });
    const { confusion, picture } = evaluate({ model: chosen.model, test: parts.test });
    const { version } = registerModelStep({
      name: "penguins",
      model: chosen.model,
      metrics: { accuracy: chosen.accuracy },
      description: "Species of a penguin from four measurements; a random forest.",
    });
    const { promoted } = promote({ version, accuracy: chosen.accuracy });
    return { version, accuracy: chosen.accuracy, confusion, picture, promoted };
  },
);
