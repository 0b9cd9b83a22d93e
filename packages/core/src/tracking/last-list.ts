import { pageOf, type Page, type PageRequest } from "../components/common.ts";

/** The list that was asked for last, of a server that gives it in another order: all of it is loaded for its first page. */
export class LastList<T> {
  readonly #limit: number;
  #of: string | undefined;
  #items: readonly T[] = [];

  /** @param limit - how many items a page has if nobody says */
  constructor(limit: number) {
    this.#limit = limit;
  }

  /** @param of - which list it is */
  async page(of: string, load: () => Promise<readonly T[]>, request: PageRequest): Promise<Page<T>> {
    if (request.pageToken === undefined || this.#of !== of) {
      this.#items = await load();
      this.#of = of;
    }
    const page = pageOf(this.#items, { limit: this.#limit, ...request });
    if (page.nextPageToken === undefined) this.#of = undefined;
    return page;
  }
}
