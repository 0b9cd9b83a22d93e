import { findRun, isStackError, readRun, usedBy, versionsOfRun } from "@modelstack/core";
import { openStackFor, print, say, type Context, type StackFlags } from "../../context.ts";
import { runJson, runText, type RunConnections } from "../../render/run.ts";

export default async function show(this: Context, flags: StackFlags, reference: string): Promise<void> {
  await using stack = await openStackFor(this, flags);
  const metadata = await stack.metadataStore();
  const facts = await readRun(metadata, await findRun(metadata, reference));
  const registered = async () => {
    const registry = await stack.modelRegistry();
    return registry === undefined ? [] : await versionsOfRun(registry, facts.run.id);
  };
  const connections: RunConnections = {
    registered: await ifKnown(this, "What it registered", registered, []),
    used: await ifKnown(this, "What it used", () => usedBy(stack, facts), { data: [], models: [] }),
  };
  print(this, flags, { ...runJson(facts), ...connectionsJson(connections) }, () => runText(facts, [], connections));
}

function connectionsJson({ registered, used }: RunConnections) {
  return {
    registered: registered.map(({ model, version, stages, aliases }) => ({ model, version, stages, aliases })),
    used,
  };
}

/** A run is shown though its tracker or registry cannot be asked. */
async function ifKnown<T>(context: Context, what: string, ask: () => Promise<T>, otherwise: T): Promise<T> {
  try {
    return await ask();
  } catch (error) {
    if (!isStackError(error)) throw error;
    say(context, `warning: ${what} is not known: ${error.message}`);
    return otherwise;
  }
}
