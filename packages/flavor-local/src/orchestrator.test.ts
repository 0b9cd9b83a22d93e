import { describeOrchestrator } from "@modelstack/core/testing";
import { LocalOrchestrator } from "./orchestrator.ts";

describeOrchestrator("local", async () => ({ orchestrator: new LocalOrchestrator() }));
describeOrchestrator("local, two at a time", async () => ({ orchestrator: new LocalOrchestrator(2) }));
