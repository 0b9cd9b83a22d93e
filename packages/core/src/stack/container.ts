import { Container, type ServiceIdentifier } from "inversify";
import { checkedRegistry } from "../components/checked-registry.ts";
import { componentKinds, type ComponentKind, type ComponentTypes } from "../components/kinds.ts";
import type { ModelRegistry } from "../components/model-registry.ts";
import type { FlavorCatalog } from "./flavor-catalog.ts";
import type { AnyFlavor, FlavorContext } from "./flavor.ts";

// The only file that knows inversify. The root holds what the process shares (the plugins' flavors); each stack is a child
// container, so that nothing of one stack can be served to another.

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
  readonly flavor: AnyFlavor;
  readonly config: unknown;
}

/** What belongs to one stack. */
export interface StackScope {
  readonly components: ReadonlyMap<ComponentKind, ConfiguredComponent>;
  readonly projectFolder: string;
  readonly stateFolder: string;
  readonly modelNames: RegExp | undefined;
  readonly shared: FlavorContext["shared"];
}

export function createRootContainer(catalog: FlavorCatalog): Container {
  const root = new Container({ defaultScope: "Singleton" });
  root.bind(CATALOG).toConstantValue(catalog);
  return root;
}

/** Makes the component of a kind when it is first asked for, and the same one from then on. */
export type ComponentGetter = <K extends ComponentKind>(kind: K) => Promise<ComponentTypes[K]>;

export function createStackContainer(root: Container, scope: StackScope): ComponentGetter {
  const child = new Container({ parent: root, defaultScope: "Singleton" });
  child.bind(SCOPE).toConstantValue(scope);
  const get: ComponentGetter = (kind) => child.getAsync(COMPONENT[kind]);
  for (const [kind, configured] of scope.components) {
    child.bind<unknown>(COMPONENT[kind]).toResolvedValue(
      async ({ projectFolder, stateFolder, shared, modelNames }: StackScope) => {
        const component = await configured.flavor.create(configured.config, {
          projectFolder,
          stateFolder,
          component: get,
          shared,
        });
        return kind === "model_registry" ? checkedRegistry(component as ModelRegistry, modelNames) : component;
      },
      [SCOPE],
    );
  }
  return get;
}
