import { MlflowError } from "./errors.ts";

interface Page {
  readonly next_page_token: string;
}

/** The items of all pages, each page asked for when the one before has been read. */
export async function* itemsOf<P extends Page, T>(
  load: (page: { page_token?: string }) => Promise<P>,
  items: (page: P) => readonly T[],
): AsyncGenerator<T, void, void> {
  let token = "";
  do {
    const page = await load(token === "" ? {} : { page_token: token });
    yield* items(page);
    if (page.next_page_token !== "" && page.next_page_token === token) {
      throw new MlflowError("ANSWER_INVALID", "The server gives the same page again and again", {
        kind: "unavailable",
      });
    }
    token = page.next_page_token;
  } while (token !== "");
}
