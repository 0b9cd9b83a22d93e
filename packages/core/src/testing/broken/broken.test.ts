import { fileURLToPath } from "node:url";
import { beforeAll, describe, expect, it } from "vitest";
import { startVitest, type TestCase } from "vitest/node";
import { mutations } from "./mutations.fixture.ts";

const everyMutation = Object.entries(mutations).flatMap(([suite, list]) =>
  list.map(({ rule, failing }) => ({ suite, rule, failing, group: `${suite} ${rule}` })),
);

const escaped = (text: string) => text.replace(/[.*+?^${}()|[\]\\]/g, "\\$&");

/** How the tests ended that must notice the mutations, by the suite's name and the test's. */
const ended = new Map<string, TestCase>();

/** Runs those tests alone, all in one vitest of its own. */
async function runSuites(): Promise<void> {
  const names = everyMutation.map(({ group, failing }) => `${escaped(group)} .* ${escaped(failing)}`);
  const exitCode = process.exitCode;
  const vitest = await startVitest([], {
    config: false,
    root: import.meta.dirname,
    include: [fileURLToPath(new URL("suites.fixture.ts", import.meta.url))],
    testNamePattern: new RegExp(`^(${names.join("|")})$`),
    watch: false,
    reporters: [{}],
    // Some mutations wait for what never comes.
    testTimeout: 1000,
    cache: false,
  });
  for (const module of vitest.state.getTestModules()) {
    for (const test of module.children.allTests()) {
      if (test.result().state === "skipped") continue;
      const name = `${test.fullName.split(" > ")[0]} > ${test.name}`;
      if (ended.has(name)) throw new Error(`two tests of one suite have the name ${test.name}`);
      ended.set(name, test);
    }
  }
  await vitest.close();
  // It says that tests failed, which is what is wanted.
  process.exitCode = exitCode;
}

describe("the suites", () => {
  beforeAll(runSuites, 180_000);

  for (const { suite, rule, failing, group } of everyMutation) {
    it(`notice that ${rule} (${suite})`, () => {
      const test = ended.get(`${group} > ${failing}`);

      expect(test?.result().state).toBe("failed");
    });
  }

  it("have a name for each mutation", () => {
    expect(new Set(everyMutation.map(({ group }) => group)).size).toBe(everyMutation.length);
  });
});
