import type { z } from "zod";
import type { AnyArtifactType, ArtifactType, FileRef, FolderRef } from "../artifacts/artifact-type.ts";
import type { ModelRef, ModelType } from "../artifacts/model.ts";
import type { ModelUri } from "../components/model-uri.ts";

// The type level of pipelines: how artifact types turn into what a pipeline function wires and what a step's body receives.
// oxlint-disable typescript/no-explicit-any -- inference needs the variance of `any` here; see artifact-type.ts

export interface OptionalInput<A extends AnyArtifactType | ListInput<any> | RecordInput<any>> {
  readonly form: "optional";
  readonly of: A;
}
export interface ListInput<A extends AnyArtifactType> {
  readonly form: "list";
  readonly of: A;
}
export interface RecordInput<A extends AnyArtifactType> {
  readonly form: "record";
  readonly of: A;
}

export type InputType = AnyArtifactType | OptionalInput<any> | ListInput<any> | RecordInput<any>;
export type Inputs = Readonly<Record<string, InputType>>;
export type Outputs = Readonly<Record<string, AnyArtifactType>>;

declare const VALUE: unique symbol;
declare const MAYBE: unique symbol;

/** A step's future output, passed to other steps while the pipeline is being described. `Presence` is "maybe" when a branch may leave it out. */
export interface Handle<T, Presence extends "always" | "maybe" = "always"> {
  /** `instance.output` */
  readonly ref: string;
  readonly [VALUE]: T;
  readonly [MAYBE]: Presence;
}

type ValueOf<A> = A extends ArtifactType<infer T> ? T : never;

/** What one value is wired to: a handle, and where a model is wanted, also a reference to a registered one. */
type WireOne<A, Presence extends "always" | "maybe" = "always"> = A extends ModelType
  ? Handle<ModelRef | FileRef | FolderRef, Presence> | ModelUri
  : Handle<ValueOf<A>, Presence>;

type Wire<A> =
  A extends OptionalInput<infer B>
    ? (B extends AnyArtifactType ? WireOne<B, "always" | "maybe"> : Wire<B>) | undefined
    : A extends ListInput<infer B>
      ? Handle<readonly ValueOf<B>[]> | readonly WireOne<B>[]
      : A extends RecordInput<infer B>
        ? Readonly<Record<string, WireOne<B>>>
        : WireOne<A>;

type Received<A> =
  A extends OptionalInput<infer B>
    ? Received<B> | undefined
    : A extends ListInput<infer B>
      ? readonly ValueOf<B>[]
      : A extends RecordInput<infer B>
        ? Readonly<Record<string, ValueOf<B>>>
        : ValueOf<A>;

type OptionalKeys<I> = { [K in keyof I]: I[K] extends OptionalInput<any> ? K : never }[keyof I];
/** Shows the members of a computed type in editors. */
export type Show<T> = { [K in keyof T]: T[K] } & {};

// zod gives `Record<string, never>` for an empty object, which would forbid every input.
type ParamsIn<P extends z.ZodObject> = {} extends P["shape"] ? {} : z.input<P>;
export type ParamsOut<P extends z.ZodObject> = {} extends P["shape"] ? {} : z.output<P>;

/** What a pipeline passes to a step: handles for its inputs, values for its parameters. */
export type WireArgs<I extends Inputs, P extends z.ZodObject> = Show<
  { readonly [K in Exclude<keyof I, OptionalKeys<I>>]: Wire<I[K]> } & {
    readonly [K in OptionalKeys<I>]?: Wire<I[K]>;
  } & ParamsIn<P>
>;
/** What a step's body receives: values for its inputs and parameters. */
export type ReceivedArgs<I extends Inputs, P extends z.ZodObject> = Show<
  { readonly [K in keyof I]: Received<I[K]> } & ParamsOut<P>
>;
export type Handles<O extends Outputs> = { readonly [K in keyof O]: Handle<ValueOf<O[K]>> };
export type Values<O extends Outputs> = { readonly [K in keyof O]: ValueOf<O[K]> };
/** What a body may return; a step without outputs may return nothing. */
export type Returned<O extends Outputs> = {} extends O ? Values<O> | void : Values<O>;

export type CallArgs<A> = {} extends A ? [args?: A] : [args: A];
export type NoParams = z.ZodObject<{}>;

/** The values of the handles that a pipeline function returned. */
export type PipelineOutputs<R> = {
  readonly [K in keyof R]: R[K] extends Handle<infer T, infer M> ? ("maybe" extends M ? T | undefined : T) : never;
};
