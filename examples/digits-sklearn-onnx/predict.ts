import { loadModel } from "modelstack";
import { predict } from "./digits.ts";

// Darkness from 0 to 9; the model knows 0 to 16.
const drawn = `
  0 0 2 9 9 2 0 0
  0 1 9 6 7 9 0 0
  0 3 9 0 0 9 2 0
  0 4 7 0 0 8 4 0
  0 4 7 0 0 8 4 0
  0 3 9 0 0 9 3 0
  0 0 9 5 7 8 0 0
  0 0 2 9 9 2 0 0`;
const pixels = drawn
  .trim()
  .split(/\s+/)
  .map((darkness) => Math.round((Number(darkness) * 16) / 9));

const { version, path } = await loadModel("models:/digits/Production");
const [digit] = await predict(path, [pixels]);
console.log(`digits version ${version.version} takes it for a ${digit}`);
