import { readFile } from "node:fs/promises";
import { RandomForestClassifier } from "ml-random-forest";
import { loadModel } from "modelstack";
import { predict } from "./forest.ts";

const { version, path } = await loadModel("models:/penguins/Production");
const forest = RandomForestClassifier.load(JSON.parse(await readFile(path, "utf8")));

// Beak length, beak depth and flipper length in mm, body mass in g.
const birds: [number, number, number, number][] = [
  [39.1, 18.7, 181, 3750],
  [49.6, 18.2, 193, 3775],
  [50.4, 15.7, 222, 5750],
];
console.log(`penguins version ${version.version}`);
predict(forest, birds).forEach((name, i) => console.log(`${birds[i]!.join(", ")} -> ${name}`));
