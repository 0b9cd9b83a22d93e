import { componentKinds, StackError, type ComponentKind } from "@modelstack/core/stack";
import { z } from "zod";
import { print, project, type CommonFlags, type Context } from "../../context.ts";
import { fields, table } from "../../render/table.ts";

export default async function show(this: Context, flags: CommonFlags, address: string): Promise<void> {
  const [kind = "", name = ""] = address.split("/", 2);
  if (!isKind(kind) || name === "") {
    throw new StackError("USAGE", `expected KIND/NAME, got ${JSON.stringify(address)}`, {
      hint: `Kinds: ${componentKinds.join(", ")}.`,
    });
  }
  const catalog = await (await project(this, flags)).catalog();
  const flavor = await catalog.find(kind, name);
  const listing = catalog.list().find((candidate) => candidate.kind === kind && candidate.name === name)!;
  const schema = z.toJSONSchema(flavor.config, { io: "input" });
  const about = {
    kind,
    name,
    description: flavor.description,
    package: listing.package,
    version: listing.version,
    capabilities: flavor.capabilities,
    ...(flavor.placeKeys === undefined ? {} : { placeKeys: flavor.placeKeys }),
    configuration: schema,
  };
  print(this, flags, about, () => {
    const keys = Object.entries(schema.properties ?? {});
    const head = fields([
      ["flavor", `${kind}/${name}`],
      ["what it is", flavor.description],
      ["package", `${listing.package} ${listing.version}`],
      [
        "capabilities",
        Object.entries(flavor.capabilities)
          .map(([key, value]) => `${key}: ${typeof value === "object" ? JSON.stringify(value) : String(value)}`)
          .join(", ") || "-",
      ],
      ...(flavor.placeKeys ?? []).map((key) => ["references", `models:/NAME/VERSION?${key}=…`] as const),
    ]);
    if (keys.length === 0) return `${head}\n\nIt takes no keys beside flavor:.`;
    return `${head}\n\n${table(
      ["KEY", "TYPE", "DEFAULT", "WHAT IT IS"],
      keys.map(([key, value]) => [key, typeOf(value), defaultOf(value), describedAs(value)]),
    )}`;
  });
}

function isKind(kind: string): kind is ComponentKind {
  return (componentKinds as readonly string[]).includes(kind);
}

function typeOf(schema: unknown): string {
  const { type, enum: values, anyOf } = schema as { type?: string; enum?: unknown[]; anyOf?: unknown[] };
  const ways = values?.map((value) => JSON.stringify(value)) ?? anyOf?.map(typeOf);
  return ways === undefined ? (type ?? "any") : [...new Set(ways)].join(" | ");
}

function defaultOf(schema: unknown): string {
  const { default: value } = schema as { default?: unknown };
  return value === undefined ? "-" : JSON.stringify(value);
}

function describedAs(schema: unknown): string {
  return (schema as { description?: string }).description ?? "";
}
