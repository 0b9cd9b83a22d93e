import { expect } from "vitest";
import type { TrackerSuite } from "./fixture.ts";

export function environmentTests({ it }: TrackerSuite): void {
  it("names the variables for programs as every system takes them", async ({ tracker, start }) => {
    const { variables, secrets } = await tracker.environment((await start()).id);

    for (const name of [...Object.keys(variables), ...Object.keys(secrets)]) {
      expect(name).toMatch(/^(?!STACK_)[A-Za-z_][A-Za-z0-9_]*$/);
    }
    expect([variables, secrets]).toEqual([expect.any(Object), expect.any(Object)]);
  });

  it("gives the variables for programs as text that a system takes", async ({ tracker, start }) => {
    const { variables, secrets } = await tracker.environment((await start()).id);

    const values: unknown[] = [...Object.values(variables), ...Object.values(secrets)];
    expect(values.filter((value) => typeof value !== "string" || value.includes("\0"))).toEqual([]);
  });

  it("shows no secret among the other variables for programs", async ({ tracker, start }) => {
    const { variables, secrets } = await tracker.environment((await start()).id);

    const hidden = Object.values(secrets);
    expect(Object.keys(secrets).filter((name) => Object.hasOwn(variables, name))).toEqual([]);
    expect(Object.values(variables).filter((value) => hidden.some((secret) => value.includes(secret)))).toEqual([]);
  });

  it("gives the variables for programs of a run that has ended", async ({ tracker, start }) => {
    const { id } = await start();
    await tracker.endRun(id, "finished");

    expect(await tracker.environment(id)).toEqual({ variables: expect.any(Object), secrets: expect.any(Object) });
  });
}
