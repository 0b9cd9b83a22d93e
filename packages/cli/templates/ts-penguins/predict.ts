import { readFile } from "node:fs/promises";
import { loadModel } from "modelstack";
import { Classifier, classify } from "./classifier.ts";

const { version, path } = await loadModel("models:/penguins/latest");
const model = Classifier.parse(JSON.parse(await readFile(path, "utf8")));

// Beak length, beak depth and flipper length in mm, body mass in g.
const birds = [
  [39.1, 18.7, 181, 3750],
  [49.6, 18.2, 193, 3775],
  [50.4, 15.7, 222, 5750],
];
console.log(`penguins version ${version.version}`);
for (const bird of birds) console.log(`${bird.join(", ")} -> ${classify(model, bird)}`);
