import { describe, expect, it } from "vitest";
import type { Checkable, HealthCheck } from "../components/health.ts";

/** A component that is well, for one test. */
interface HealthFixture {
  readonly component: Checkable;
  readonly dispose?: (() => Promise<void> | void) | undefined;
}

/** What every component that can say how it is has to say. One that cannot is not tested, and not listed as skipped either. */
export async function describeHealth(open: () => Promise<HealthFixture>): Promise<void> {
  const { component, dispose } = await open();
  await dispose?.();
  if (component.check === undefined) return;
  describe("looking at itself", () => {
    healthTests(async (deep) => {
      const fixture = await open();
      try {
        return await fixture.component.check!({ deep });
      } finally {
        await fixture.dispose?.();
      }
    });
  });
}

function healthTests(check: (deep: boolean) => Promise<readonly HealthCheck[]>): void {
  it.each([false, true])("finds no failure where nothing is wrong, deep: %s", async (deep) => {
    const checks = await check(deep);

    expect(checks.length).toBeGreaterThan(0);
    expect(checks.filter(({ status }) => status === "fail")).toEqual([]);
  });

  it("says in a line what it looked at and what it found", async () => {
    for (const { name, message } of await check(false)) {
      expect(name).toMatch(/^\S.*$/);
      expect(message).toMatch(/^\S.*$/);
    }
  });

  it("says how to mend what is not well", async () => {
    const checks = await check(true);

    expect(checks.filter(({ status }) => !["ok", "warn", "fail"].includes(status))).toEqual([]);
    expect(checks.filter(({ status, fix }) => status !== "ok" && (fix ?? "").trim() === "")).toEqual([]);
  });
}
