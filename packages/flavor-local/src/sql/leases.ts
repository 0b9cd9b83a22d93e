import { isAlive, StackError, type Lease, type ProcessIdentity } from "@modelstack/core/stack";
import type { Row, Sql } from "./database.ts";

/** A released lease stays, since its fence must be known; it has expired long ago. */
const RELEASED = "";

export function acquire(sql: Sql, scope: string, holder: ProcessIdentity, seconds: number): Lease {
  const run = runOf(scope);
  const rows = sql.all("SELECT * FROM lease WHERE run = ?", run);
  const blocking = rows.find((row) => covers(row["scope"] as string, scope) && isLive(row));
  if (blocking !== undefined) {
    const { host, pid } = holderOf(blocking);
    throw new StackError("RUN_HELD", `Run ${run} is held by process ${pid} on ${host}.`, {
      hint: "Wait until it has ended, or stop it.",
    });
  }
  const fence = Math.max(0, ...rows.map((row) => Number(row["fence"]))) + 1;
  const expiresAt = inSeconds(seconds);
  sql.run(
    `INSERT INTO lease (run, scope, host, pid, process_start, fence, expires_at) VALUES (?, ?, ?, ?, ?, ?, ?)
     ON CONFLICT (scope) DO UPDATE SET host = excluded.host, pid = excluded.pid, process_start = excluded.process_start,
       fence = excluded.fence, expires_at = excluded.expires_at`,
    run,
    scope,
    holder.host,
    holder.pid,
    holder.startedAt,
    fence,
    expiresAt,
  );
  return { scope, holder, fence, expiresAt };
}

export function renew(sql: Sql, lease: Lease, seconds: number): Lease {
  if (!isHeld(sql, lease, lease.scope)) {
    throw new StackError("FENCE_LOST", `Another process has taken over ${lease.scope}, or a part of it.`, {
      hint: `stack runs show ${runOf(lease.scope)}`,
    });
  }
  const expiresAt = inSeconds(seconds);
  sql.run("UPDATE lease SET expires_at = ? WHERE scope = ?", expiresAt, lease.scope);
  return { ...lease, expiresAt };
}

export function release(sql: Sql, lease: Lease): void {
  sql.run("UPDATE lease SET expires_at = ? WHERE scope = ? AND fence = ?", RELEASED, lease.scope, lease.fence);
}

/** Whether anybody holds the run or an instance of it. */
export function holdsRun(sql: Sql, run: string): boolean {
  return sql.all("SELECT * FROM lease WHERE run = ?", run).some(isLive);
}

/** Whether a lease still gives the right to write to `target`: to its own scope or a part of it. */
export function isHeld(sql: Sql, { scope, fence }: Pick<Lease, "scope" | "fence">, target: string): boolean {
  const rows = sql.all("SELECT scope, fence FROM lease WHERE run = ?", runOf(target));
  const mine = rows.some((row) => row["scope"] === scope && Number(row["fence"]) === fence);
  const newer = rows.some((row) => Number(row["fence"]) > fence && covers(row["scope"] as string, target));
  return mine && !newer;
}

function runOf(scope: string): string {
  return scope.split("/")[1]!;
}

/** Whether two scopes hold something in common: one is the other, or the run that the other is in. */
function covers(a: string, b: string): boolean {
  return a === b || b.startsWith(`${a}/`) || a.startsWith(`${b}/`);
}

function isLive(row: Row): boolean {
  if (row["expires_at"] === RELEASED) return false;
  // On this machine the process itself tells, even if it was too busy to renew; elsewhere only the time does.
  return isAlive(holderOf(row)) ?? (row["expires_at"] as string) > new Date().toISOString();
}

function holderOf(row: Row): ProcessIdentity {
  return { host: row["host"] as string, pid: Number(row["pid"]), startedAt: row["process_start"] as string };
}

function inSeconds(seconds: number): string {
  return new Date(Date.now() + seconds * 1000).toISOString();
}
