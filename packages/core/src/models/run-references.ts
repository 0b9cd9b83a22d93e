import { formatModelUri, parseModelUri } from "../components/model-uri.ts";
import type { ResolvedReference } from "../components/records.ts";
import { StackError } from "../errors.ts";
import { referenceOf, type FoundModel, type ModelUser } from "../execution/run-models.ts";
import type { Stack } from "../stack/stack.ts";
import { findModel } from "./references.ts";

/** What references mean in one run: each is looked up once, whoever uses it, in whatever process. */
export class RunReferences {
  readonly #stack: Stack;
  readonly #user: ModelUser;
  readonly #found: Map<string, Promise<FoundModel>>;

  constructor(stack: Stack, user: ModelUser) {
    this.#stack = stack;
    this.#user = user;
    this.#found = new Map(user.found.map((found) => [found.version.uri, Promise.resolve(found)]));
  }

  /** @throws StackError as {@link findModel}; DIGEST_MISMATCH when the registry has other files now under that version */
  find(uri: string): Promise<FoundModel> {
    const found = this.#found.get(uri) ?? this.#look(uri);
    this.#found.set(uri, found);
    // What failed may be there when it is asked for again.
    found.catch(() => this.#found.delete(uri));
    return found;
  }

  async #look(uri: string): Promise<FoundModel> {
    const recorded = await this.#recorded(uri);
    if (recorded !== undefined) return this.#again(recorded);
    const found = await findModel(this.#stack, uri);
    await this.#user.record({ kind: "references-resolved", references: [referenceOf(found)] });
    if (found.warning !== undefined) this.#user.onWarning?.(found.warning);
    return found;
  }

  async #recorded(uri: string): Promise<ResolvedReference | undefined> {
    const metadata = await this.#stack.metadataStore();
    const events = (await metadata.events(this.#user.run.id)).filter(({ kind }) => kind === "references-resolved");
    const [first] = events
      .toSorted((a, b) => (a.at < b.at ? -1 : 1))
      .flatMap((event) => (event.kind === "references-resolved" ? event.references : []))
      .filter((reference) => reference.uri === uri);
    return first;
  }

  async #again({ uri, model, version, stack, digest }: ResolvedReference): Promise<FoundModel> {
    const exactly = formatModelUri(model, version, { ...parseModelUri(uri), stack });
    const found = await findModel(this.#stack, exactly);
    const { modelDigest } = found.version;
    if (digest !== undefined && modelDigest !== digest) {
      throw new StackError(
        "DIGEST_MISMATCH",
        `${model}/${version} was ${digest} when the run began, and is ${modelDigest ?? "unknown"} now.`,
        { hint: "Start a new run." },
      );
    }
    return { ...found, version: { ...found.version, uri } };
  }
}
