import { Container, type ServiceIdentifier } from "inversify";
import { checkedRegistry } from "../components/checked-registry.ts";
import { componentKinds, type ComponentKind, type ComponentTypes } from "../components/kinds.ts";
import { completedRegistry } from "../components/completed-registry/completed-registry.ts";
import type { ProvidedModelRegistry } from "../components/model-registry.ts";
import { StackError } from "../errors.ts";
import type { FlavorCatalog } from "./flavor-catalog.ts";
import type { FlavorContext } from "./flavor.ts";
import type { Variables } from "../variables.ts";

// The only file that knows inversify. A root container holds what the stacks of a project share, which is its plugins' flavors; each
// stack is a child of it, so that nothing of one stack can be served to another.

function token<T>(name: string): ServiceIdentifier<T> {
  return Symbol.for(`@modelstack/${name}`);
}

const CATALOG = token<FlavorCatalog>("flavor-catalog");
const SCOPE = token<StackScope>("stack-scope");
const COMPONENT = Object.fromEntries(componentKinds.map((kind) => [kind, token(kind)])) as {
  [K in ComponentKind]: ServiceIdentifier<ComponentTypes[K]>;
};

/** A component's flavor and its configuration, checked. */
export interface ConfiguredComponent {
  readonly flavor: string;
  readonly config: unknown;
}

/** What belongs to one stack. */
export interface StackScope {
  readonly components: ReadonlyMap<ComponentKind, ConfiguredComponent>;
  readonly projectFolder: string;
  readonly stateFolder: string;
  readonly variables: Variables;
  readonly modelNames: RegExp | undefined;
  readonly defaultTags: Readonly<Record<string, string>>;
  readonly opened: AsyncDisposableStack;
  readonly note: (message: string) => void;
  readonly warn: (message: string) => void;
}

const roots = new WeakMap<FlavorCatalog, Container>();

function rootOf(catalog: FlavorCatalog): Container {
  let root = roots.get(catalog);
  if (root === undefined) {
    root = new Container({ defaultScope: "Singleton" });
    root.bind(CATALOG).toConstantValue(catalog);
    roots.set(catalog, root);
  }
  return root;
}

/** Makes the component of a kind when it is first asked for, and gives the same one from then on. */
export type ComponentGetter = <K extends ComponentKind>(kind: K) => Promise<ComponentTypes[K]>;

/** Binds the components of a stack; none is made yet. */
export function createStackContainer(catalog: FlavorCatalog, scope: StackScope): ComponentGetter {
  const child = new Container({ parent: rootOf(catalog), defaultScope: "Singleton" });
  const get: ComponentGetter = async (kind) => {
    if (scope.components.has(kind)) return child.getAsync(COMPONENT[kind]);
    throw new StackError("COMPONENT_MISSING", `The stack has no ${kind}, which another of its components needs.`, {
      hint: `Add to the stack: ${kind}: { flavor: local }`,
    });
  };
  const shared = sharedResources(scope.opened);
  child.bind(SCOPE).toConstantValue(scope);
  for (const [kind, { flavor: name, config }] of scope.components) {
    child.bind<unknown>(COMPONENT[kind]).toResolvedValue(
      async (flavors: FlavorCatalog, { opened, modelNames, defaultTags, ...context }: StackScope) => {
        const flavor = await flavors.find(kind, name);
        const { projectFolder, stateFolder, variables, note, warn } = context;
        const about = { projectFolder, stateFolder, variables, component: get, shared, note, warn };
        const component = await flavor.create(config, about);
        if (isDisposable(component)) opened.use(component);
        if (kind !== "model_registry") return component;
        // Of that kind, as its flavor says.
        const registry = component as ProvidedModelRegistry;
        const address = registry.address === undefined ? name : `${name} ${registry.address}`;
        const completed = completedRegistry(registry, address, () => get("metadata_store"));
        return checkedRegistry(completed, { modelNames, defaultTags });
      },
      [CATALOG, SCOPE],
    );
  }
  return get;
}

function sharedResources(opened: AsyncDisposableStack): FlavorContext["shared"] {
  const resources = new Map<string, Disposable | AsyncDisposable>();
  return <T extends Disposable | AsyncDisposable>(key: string, open: () => T): T => {
    // What stands under a key is what the same plugin's `open` returned.
    const present = resources.get(key) as T | undefined;
    if (present !== undefined) return present;
    const resource = opened.use(open());
    resources.set(key, resource);
    return resource;
  };
}

function isDisposable(component: object): component is Disposable | AsyncDisposable {
  return Symbol.asyncDispose in component || Symbol.dispose in component;
}
