/** What `stack` alone prints. */
export const helpText = `stack: typed pipelines on a stack whose tracker and registry can be swapped

  stack run pipeline.ts               run a pipeline
  stack models show penguins/1        a version, where it came from, how to make it again
  stack runs show latest              a run and its steps

commands: init, run, plan, step, list, show, use, validate, doctor, schema, completion, flavor, runs, artifacts, models, cache
every command: --help, --json, --debug

stack.yaml names the stacks; without one the built-in stack "local" serves.
`;
