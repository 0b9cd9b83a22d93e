import { checkArtifacts, componentKinds, type ComponentKind, type HealthCheck, type Stack } from "@modelstack/core";
import { failed, ok, type Finding } from "./finding.ts";

/** What the components of a stack say of themselves, and whether the artifacts that are recorded are there. */
export async function checkComponents(stack: Stack, deep: boolean): Promise<Finding[]> {
  const findings: Finding[] = [];
  const said = new Set<string>();
  let whole = true;
  for (const kind of componentKinds.filter((candidate) => stack.has(candidate))) {
    for (const check of await checksOf(stack, kind, deep)) {
      if (kind === "metadata_store" || kind === "artifact_store") whole &&= check.status !== "fail";
      // Components that share something say the same of it.
      if (said.has(check.message)) continue;
      said.add(check.message);
      findings.push({ ...check, name: `${kind}: ${check.name}` });
    }
  }
  // Not read where it is damaged.
  if (whole) findings.push(await checkArtifacts(await stack.metadataStore(), await stack.artifactStore()));
  return findings;
}

async function checksOf(stack: Stack, kind: ComponentKind, deep: boolean): Promise<readonly HealthCheck[]> {
  const flavor = stack.entry[kind]!.flavor;
  try {
    const component = await componentOf(stack, kind);
    return (await component?.check?.({ deep })) ?? [ok(flavor, "brings no checks of its own")];
  } catch (error) {
    return [failed(flavor, error)];
  }
}

function componentOf(stack: Stack, kind: ComponentKind) {
  switch (kind) {
    case "orchestrator":
      return stack.orchestrator();
    case "artifact_store":
      return stack.artifactStore();
    case "metadata_store":
      return stack.metadataStore();
    case "experiment_tracker":
      return stack.experimentTracker();
    case "model_registry":
      return stack.modelRegistry();
  }
}
