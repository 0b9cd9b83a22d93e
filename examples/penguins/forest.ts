import { RandomForestClassifier } from "ml-random-forest";
import { z } from "zod";

export const species = ["Adelie", "Chinstrap", "Gentoo"] as const;

/** A penguin as the data file has it; some measurements are missing. */
export const RawPenguin = z.object({
  Species: z.enum(species),
  "Beak Length (mm)": z.number().nullable(),
  "Beak Depth (mm)": z.number().nullable(),
  "Flipper Length (mm)": z.number().nullable(),
  "Body Mass (g)": z.number().nullable(),
});

/** A penguin with all four measurements: beak length, beak depth and flipper length in mm, body mass in g. */
export const Penguin = z.object({
  species: z.enum(species),
  measurements: z.tuple([z.number(), z.number(), z.number(), z.number()]),
});
export type Penguin = z.infer<typeof Penguin>;

/** Trains a forest. The same seed gives the same forest. */
export function grow(rows: readonly Penguin[], trees: number, seed: number): RandomForestClassifier {
  const forest = new RandomForestClassifier({ nEstimators: trees, seed, maxFeatures: 0.8, noOOB: true });
  forest.train(
    rows.map((row) => row.measurements),
    rows.map((row) => species.indexOf(row.species)),
  );
  return forest;
}

export function predict(
  forest: RandomForestClassifier,
  rows: readonly Penguin["measurements"][],
): Penguin["species"][] {
  return forest.predict([...rows]).map((label) => species[label]!);
}

/** The accuracy of the first tree alone, of the first two together, and so on. */
export function accuracyByTrees(forest: RandomForestClassifier, rows: readonly Penguin[]): number[] {
  const votes = forest.predictionValues(rows.map((row) => row.measurements));
  const counts = rows.map(() => species.map(() => 0));
  return Array.from({ length: votes.columns }, (_, tree) => {
    const right = rows.filter((row, i) => {
      const count = counts[i]!;
      count[votes.get(i, tree)]! += 1;
      return species[count.indexOf(Math.max(...count))] === row.species;
    });
    return right.length / rows.length;
  });
}

/** Splits rows into two parts, in an order that the seed decides (Fisher and Yates with the generator mulberry32). */
export function shuffled<T>(rows: readonly T[], seed: number): T[] {
  const result = [...rows];
  let state = seed;
  for (let i = result.length - 1; i > 0; i--) {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    const j = ((t ^ (t >>> 14)) >>> 0) % (i + 1);
    [result[i], result[j]] = [result[j]!, result[i]!];
  }
  return result;
}
