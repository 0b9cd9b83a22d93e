import type { z } from "zod";
import type { Fetcher } from "../artifacts/fetcher.ts";
import type { Variables } from "../variables.ts";
import type { ComponentKind, ComponentTypes, ProvidedComponents } from "../components/kinds.ts";

/** What a flavor's `create` gets besides its configuration. */
export interface FlavorContext {
  /** The project's folder: relative paths of the configuration start here. */
  readonly projectFolder: string;
  /** The folder for state on this machine, `.stack`. It may not exist yet. */
  readonly stateFolder: string;
  /** The variables of the environment, and of a `.env` beside stack.yaml: for a flavor that looks for what stack.yaml does not say. */
  readonly variables: Variables;
  /** Another component of the same stack, made when it is first asked for. */
  readonly component: <K extends ComponentKind>(kind: K) => Promise<ComponentTypes[K]>;
  /**
   * Something that several components of this stack share, such as a database connection: opened for the first that asks, and
   * disposed after all components. `key` names it among the plugin's resources.
   */
  readonly shared: <T extends Disposable | AsyncDisposable>(key: string, open: () => T) => T;
  /**
   * Tells, in a line, what somebody wants to know who asks what is going on, and nobody else: that a request is tried again, that a file was
   * brought up to date. The command shows it with `--verbose`.
   */
  readonly note: (message: string) => void;
  /** Tells, in a line, what somebody has to know although nothing has failed: that a server is away, and what is done meanwhile. */
  readonly warn: (message: string) => void;
}

/** One way of providing one kind of stack component: plain data. */
export interface Flavor<K extends ComponentKind = ComponentKind, S extends z.ZodObject = z.ZodObject> {
  readonly kind: K;
  readonly name: string;
  readonly description: string;
  /** Checks the keys that stand beside `flavor:` in stack.yaml. */
  readonly config: S;
  /** What the component can do, as far as that does not depend on its configuration; shown by `stack flavor show`. */
  readonly capabilities: object;
  /**
   * Of a model registry: the keys of its configuration, or of its tracker's, that a reference may give in place of what stack.yaml says:
   * with `["project"]`, `models:/NAME/1?project=GROUP/NAME` is a version of another project.
   */
  readonly placeKeys?: readonly string[];
  /** Makes the component. It must not connect: that waits for first use. */
  create(config: z.output<S>, context: FlavorContext): ProvidedComponents[K] | Promise<ProvidedComponents[K]>;
}

/** Ties `create`'s argument to the schema and its result to the kind; at run time it returns its argument. */
export function defineFlavor<const K extends ComponentKind, S extends z.ZodObject>(flavor: Flavor<K, S>): Flavor<K, S> {
  return flavor;
}

/** What a flavor package default-exports. */
export interface Plugin {
  readonly api: 1;
  readonly flavors: readonly AnyFlavor[];
  /** What brings the data of references to this machine. package.json lists their schemes: `"fetchers": ["s3"]`. */
  readonly fetchers?: readonly Fetcher[];
}

/** A flavor of some kind; its configuration is checked by its own schema before `create` sees it. */
export interface AnyFlavor extends Omit<Flavor, "create"> {
  // A method, so that flavors with narrower configurations are assignable.
  // oxlint-disable-next-line typescript/no-explicit-any -- the schema beside it is the check
  create(
    config: any,
    context: FlavorContext,
  ): ProvidedComponents[ComponentKind] | Promise<ProvidedComponents[ComponentKind]>;
}

/** Marks what a flavor package default-exports; at run time it returns its argument. */
export function definePlugin(plugin: Plugin): Plugin {
  return plugin;
}
