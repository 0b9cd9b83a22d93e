import type { Call } from "./call.ts";
import { invalidValue } from "./refusals.ts";

/** What rows can be ordered by: its value in a row, or `undefined` for rows that have none and vanish. */
export type Column<T> = (row: T) => string | number | undefined;

export interface Order<T> {
  readonly name: string;
  readonly column: Column<T>;
  readonly descending: boolean;
}

interface Cursor {
  readonly order: string;
  readonly value: string | number;
  readonly id: number;
}

/** [S] Results of one page unless the caller says otherwise, and at most. */
const PAGE = 200;
const LARGEST_PAGE = 1000;

/**
 * One page by keyset: the rows after the one that the token names, in an order that ends with the id. The token is opaque, and null on the
 * last page. [S] Gitlab::Pagination::Keyset.
 */
export function keysetPage<T extends { readonly id: number }>(
  rows: Iterable<T>,
  order: Order<T>,
  size = PAGE,
  token?: string,
): { readonly items: readonly T[]; readonly next: string | null } {
  const name = `${order.name} ${order.descending ? "DESC" : "ASC"}`;
  const sorted = [...rows]
    .flatMap((row) => {
      const value = order.column(row);
      return value === undefined ? [] : [{ row, value }];
    })
    .sort((a, b) => compare(a.value, a.row.id, b.value, b.row.id, order.descending));
  const after = token === undefined || token === "" ? undefined : cursorOf(token, name);
  const from =
    after === undefined
      ? 0
      : sorted.findIndex(({ row, value }) => compare(value, row.id, after.value, after.id, order.descending) > 0);
  const rest = from === -1 ? [] : sorted.slice(from);
  const page = rest.slice(0, Math.min(Math.max(size, 1), LARGEST_PAGE));
  const last = page.at(-1);
  const more = rest.length > page.length && last !== undefined;
  return {
    items: page.map(({ row }) => row),
    next: more ? tokenOf({ order: name, value: last.value, id: last.row.id }) : null,
  };
}

function compare(a: string | number, aId: number, b: string | number, bId: number, descending: boolean): number {
  const sign = descending ? -1 : 1;
  if (a !== b) return a < b ? -sign : sign;
  return (aId - bId) * sign;
}

const tokenOf = (cursor: Cursor) => Buffer.from(JSON.stringify(cursor)).toString("base64url");

/** [I] What GitLab says to a token that is none, or of another order. */
function cursorOf(token: string, order: string): Cursor {
  try {
    const cursor = JSON.parse(Buffer.from(token, "base64url").toString()) as Cursor;
    if (cursor.order === order) return cursor;
  } catch {
    // Told below.
  }
  throw invalidValue("Invalid page token");
}

/** One page by number, with GitLab's paging headers. [D] REST API, "Offset-based pagination". */
export function offsetPage<T>(
  call: Call,
  rows: readonly T[],
): { readonly items: readonly T[]; readonly headers: Record<string, string> } {
  const number = (name: string, otherwise: number) => Math.max(1, Number(call.input[name] ?? otherwise) || otherwise);
  const [page, size] = [number("page", 1), Math.min(number("per_page", 20), 100)];
  const pages = Math.max(1, Math.ceil(rows.length / size));
  const headers: Record<string, string> = {
    "x-page": String(page),
    "x-per-page": String(size),
    "x-total": String(rows.length),
    "x-total-pages": String(pages),
    "x-prev-page": page > 1 ? String(page - 1) : "",
    "x-next-page": page < pages ? String(page + 1) : "",
    link: linkOf(call, page, size, pages),
  };
  return { items: rows.slice((page - 1) * size, page * size), headers };
}

function linkOf(call: Call, page: number, size: number, pages: number): string {
  const to = (number: number, rel: string) => {
    const url = new URL(call.instance.url + call.pathname);
    url.search = new URLSearchParams({ ...call.query, page: String(number), per_page: String(size) }).toString();
    return `<${url.href}>; rel="${rel}"`;
  };
  const links = [to(1, "first"), to(pages, "last")];
  if (page > 1) links.unshift(to(page - 1, "prev"));
  if (page < pages) links.unshift(to(page + 1, "next"));
  return links.join(", ");
}
