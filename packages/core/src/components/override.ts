/** A component with some of its methods replaced. */
export function override<T extends object>(component: T, methods: Partial<T>): T {
  return new Proxy(component, {
    get: (target, key) => {
      const value: unknown = Reflect.get(key in methods ? methods : target, key);
      // Components have private fields, which a proxy has not.
      return typeof value === "function" ? value.bind(target) : value;
    },
  });
}
