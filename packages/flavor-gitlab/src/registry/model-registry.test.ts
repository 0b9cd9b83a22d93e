import { describeModelRegistry } from "@modelstack/core/testing";
import { emptyRegistry } from "./registry.fixture.ts";

describeModelRegistry("gitlab", () => emptyRegistry());

describeModelRegistry("gitlab, an older release", () => emptyRegistry({ release: "17" }));
