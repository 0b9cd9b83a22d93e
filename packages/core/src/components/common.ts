import type { SearchFilter, SearchOrder } from "../search/filter.ts";

/** The caller of a mutation: every change to a registry or tracker says who, and if known why and in which run. */
export interface Caller {
  /** A person's or account's name. */
  readonly actor: string;
  readonly reason?: string;
  /** The pipeline run that makes the change. */
  readonly run?: string;
}

/** One page of a list. Pass `nextPageToken` back as `pageToken` for the next one; it is absent on the last. */
export interface Page<T> {
  readonly items: readonly T[];
  readonly nextPageToken?: string;
}

/** Which page of a list is wanted. */
export interface PageRequest {
  /** At most so many items; components have a default and may give fewer. */
  readonly limit?: number;
  readonly pageToken?: string;
}

/** Which items of a list are wanted, in which order. A page token is of use only with the filter and order it was given for. */
export interface SearchQuery extends PageRequest {
  /** See `parseFilter`. */
  readonly filter?: SearchFilter;
  /** See `parseOrder`. What it leaves open is in the list's default order. */
  readonly orderBy?: SearchOrder;
}

/** Walks all pages of a list. */
export async function* itemsOf<T>(list: (request: PageRequest) => Promise<Page<T>>): AsyncGenerator<T> {
  let pageToken: string | undefined;
  do {
    const page = await list(pageToken === undefined ? {} : { pageToken });
    yield* page.items;
    pageToken = page.nextPageToken;
  } while (pageToken !== undefined);
}

/** A page of a list that is all there. */
export function pageOf<T>(items: readonly T[], { limit = 100, pageToken = "0" }: PageRequest = {}): Page<T> {
  const end = Number(pageToken) + limit;
  const page = items.slice(Number(pageToken), end);
  return end < items.length ? { items: page, nextPageToken: String(end) } : { items: page };
}
