import type { Page, PageRequest } from "@modelstack/core";

/** The first `limit` items of a list, over as many pages as that takes. */
export async function collect<T>(list: (page: PageRequest) => Promise<Page<T>>, limit: number): Promise<T[]> {
  const items: T[] = [];
  let pageToken: string | undefined;
  do {
    const page = await list({ limit: limit - items.length, ...(pageToken === undefined ? {} : { pageToken }) });
    items.push(...page.items);
    pageToken = page.nextPageToken;
  } while (pageToken !== undefined && items.length < limit);
  return items;
}
