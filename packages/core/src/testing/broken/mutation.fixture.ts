export { override } from "../../components/override.ts";

/** A rule of a contract, a component that breaks this one, and the test that must notice. */
export interface Mutation<T extends object> {
  readonly rule: string;
  /** The whole name of the test, without the groups it is in. */
  readonly failing: string;
  /** The component to be broken, where it is not the usual one. */
  readonly open?: () => T;
  /** The methods that break the rule. */
  readonly breakIt?: (component: T) => Partial<T>;
  /** What is found when it is opened again, where that is not all that was there. */
  readonly reopen?: () => T;
}

/** Carries something out and returns what `otherwise` gives when it fails with that code. */
export async function unless<T>(code: string, act: () => Promise<T>, otherwise: () => Promise<T>): Promise<T> {
  try {
    return await act();
  } catch (error) {
    if ((error as { code?: string }).code !== code) throw error;
    return otherwise();
  }
}

/** A record that lost the key `__proto__`, as an object that is filled by assigning does. */
export function assigned<T>(record: Readonly<Record<string, T>> = {}): Record<string, T> {
  const copy: Record<string, T> = {};
  for (const [key, value] of Object.entries(record)) if (key !== "__proto__") copy[key] = value;
  return copy;
}
