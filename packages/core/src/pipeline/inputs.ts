import type { AnyArtifactType } from "../artifacts/artifact-type.ts";
import type { ListInput, OptionalInput, RecordInput } from "./types.ts";

/** An input that a pipeline may leave out; the body then receives `undefined`. */
// oxlint-disable-next-line typescript/no-explicit-any -- any list or record input
export function optional<A extends AnyArtifactType | ListInput<any> | RecordInput<any>>(of: A): OptionalInput<A> {
  return { form: "optional", of };
}

/** An input that takes a list of handles, or one handle whose value is a list; the body receives an array. */
export function list<A extends AnyArtifactType>(of: A): ListInput<A> {
  return { form: "list", of };
}

/** An input that takes handles by name; the body receives an object. */
export function record<A extends AnyArtifactType>(of: A): RecordInput<A> {
  return { form: "record", of };
}
