import { describe, type TestOptions } from "vitest";
import { cancelTests } from "./orchestrator/cancelling.ts";
import { failureTests } from "./orchestrator/failures.ts";
import { orchestratorSuite, type OrchestratorFixture } from "./orchestrator/fixture.ts";
import { orderTests } from "./orchestrator/order.ts";
import { describeHealth } from "./health.ts";
import { describeParts } from "./tools.ts";

/**
 * Every orchestrator must pass this suite. Call it from the flavor's own test file. One whose capabilities say `parallel` must be able to
 * run at least two instances at the same time.
 */
export function describeOrchestrator(
  name: string,
  open: () => Promise<OrchestratorFixture>,
  options: TestOptions = {},
): void {
  describe(`orchestrator ${name}`, options, async () => {
    describeParts(await orchestratorSuite(open), {
      order: orderTests,
      failures: failureTests,
      cancelling: cancelTests,
    });
    await describeHealth(async () => {
      const { orchestrator: component, dispose } = await open();
      return { component, dispose };
    });
  });
}
