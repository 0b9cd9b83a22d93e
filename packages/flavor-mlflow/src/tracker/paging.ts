import { StackError, type Page } from "@modelstack/core/stack";

/** A page of a server's list. */
interface ServerPage<T> {
  readonly items: readonly T[];
  readonly next: string;
}

/** Where a page ends in the server's list: in which of its pages, and after how many of its items. */
interface Place {
  readonly page: string;
  readonly skip: number;
}

/** How many pages that have nothing are read before the caller is given what there is. */
const PAGES = 50;

/**
 * A page of what is wanted of a server's list, which may have more. It is full as long as the list goes on, unless little of it is wanted.
 *
 * @param load - gives a page of the server's; an empty token means the first
 */
export async function wantedPage<T, R>(
  load: (token: string) => Promise<ServerPage<T>>,
  wanted: (item: T) => R | undefined,
  { limit, pageToken }: { readonly limit: number; readonly pageToken?: string | undefined },
): Promise<Page<R>> {
  let place = placeOf(pageToken);
  const items: R[] = [];
  for (let pages = 0; pages < PAGES; pages++) {
    const page = await load(place.page);
    for (let at = place.skip; at < page.items.length; at++) {
      const item = wanted(page.items[at]!);
      if (item === undefined) continue;
      if (items.length === limit) return { items, nextPageToken: tokenOf({ page: place.page, skip: at }) };
      items.push(item);
    }
    if (page.next === "") return { items };
    place = { page: page.next, skip: 0 };
    // Whether there is more is known only by looking, which the next call does.
    if (items.length === limit) break;
  }
  return { items, nextPageToken: tokenOf(place) };
}

function tokenOf({ page, skip }: Place): string {
  return `${skip}.${page}`;
}

function placeOf(token = "0."): Place {
  const parts = /^(\d+)\.(.*)$/s.exec(token);
  if (parts === null) throw new StackError("USAGE", "The page token is none of this list.", { hint: "Begin anew." });
  return { page: parts[2]!, skip: Number(parts[1]) };
}
