import { z } from "zod";

/** A bird: its species; beak length, beak depth and flipper length in mm, body mass in g. */
export const Penguin = z.tuple([z.string(), z.number(), z.number(), z.number(), z.number()]);
export type Penguin = z.infer<typeof Penguin>;

/** A multinomial logistic regression: how measurements are scaled, and for each species their weights, the last one a constant. */
export const Classifier = z.object({
  scale: z.array(z.object({ mean: z.number(), deviation: z.number() })),
  weights: z.record(z.string(), z.array(z.number())),
});
export type Classifier = z.infer<typeof Classifier>;

/** A classifier that knows nothing yet. */
export function newClassifier(rows: readonly Penguin[]): Classifier {
  const scale = [1, 2, 3, 4].map((column) => {
    const values = rows.map((row) => Number(row[column]));
    const mean = sum(values) / values.length;
    return { mean, deviation: Math.sqrt(sum(values.map((value) => (value - mean) ** 2)) / values.length) };
  });
  const species = [...new Set(rows.map(([name]) => name))].sort();
  return { scale, weights: Object.fromEntries(species.map((name) => [name, Array<number>(scale.length + 1).fill(0)])) };
}

/** Goes through the rows once, down the gradient. Returns the mean loss that they had before. */
export function learn({ scale, weights }: Classifier, rows: readonly Penguin[], rate: number): number {
  const steps = Object.entries(weights).map(([name, own]) => ({ name, own, step: own.map(() => 0) }));
  let loss = 0;
  for (const [species, ...measurements] of rows) {
    const features = scaled(scale, measurements);
    const chances = chancesOf(weights, features);
    loss -= Math.log(chances[species]) / rows.length;
    for (const { name, step } of steps) {
      const error = chances[name] - (name === species ? 1 : 0);
      features.forEach((feature, i) => (step[i] -= (rate * error * feature) / rows.length));
    }
  }
  for (const { own, step } of steps) step.forEach((change, i) => (own[i] += change));
  return loss;
}

/** The most likely species of a bird with these measurements. */
export function classify({ scale, weights }: Classifier, measurements: readonly number[]): string {
  const chances = Object.entries(chancesOf(weights, scaled(scale, measurements)));
  return chances.reduce((best, other) => (other[1] > best[1] ? other : best))[0];
}

function scaled(scale: Classifier["scale"], measurements: readonly number[]): number[] {
  return [...scale.map(({ mean, deviation }, i) => (measurements[i] - mean) / deviation), 1];
}

/** Softmax over the species. */
function chancesOf(weights: Classifier["weights"], features: readonly number[]): Record<string, number> {
  const powers = Object.entries(weights).map(([name, own]): [string, number] => [
    name,
    Math.exp(sum(own.map((weight, i) => weight * features[i]))),
  ]);
  const total = sum(powers.map(([, power]) => power));
  return Object.fromEntries(powers.map(([name, power]) => [name, power / total]));
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
