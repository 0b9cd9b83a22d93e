import { wrapped } from "../render/wrapped.ts";
import { topics } from "./topics.ts";

/** What `stack` alone prints. */
export function overview(commands: readonly string[]): string {
  return `stack: typed pipelines on a stack whose tracker and registry can be swapped

  stack init penguins            write a project that runs
  stack run pipeline.ts          run a pipeline
  stack models show penguins/1   a version, its origin, how to make it again

${wrapped(`commands: ${commands.join(", ")}`, 80)}
every command takes --help and --json; stack help lists topics

stack.yaml names the stacks; without one the built-in stack "local" serves.
`;
}

/** What `stack help` prints. */
export function help(commands: readonly string[]): string {
  const width = Math.max(...Object.keys(topics).map((name) => name.length));
  const list = Object.entries(topics).map(([name, { brief }]) => `  stack help ${name.padEnd(width)}   ${brief}`);
  return `${overview(commands)}\ntopics:\n${list.join("\n")}\n  stack help ${"COMMAND".padEnd(width)}   the same as stack COMMAND --help\n`;
}
