import type { Lease } from "../../components/records.ts";
import { StackError } from "../../errors.ts";
import { isAlive, type ProcessIdentity } from "../../platform.ts";

/** Who holds which runs and instances. */
export class Leases {
  /** The last lease on each scope. */
  readonly #leases = new Map<string, Lease>();
  readonly #released = new Set<Lease>();

  acquire(scope: string, holder: ProcessIdentity, seconds: number): Lease {
    const held = this.#overlapping(scope).find((lease) => this.#isLive(lease));
    if (held !== undefined) {
      const { host, pid } = held.holder;
      throw new StackError("RUN_HELD", `${held.scope} is held by process ${pid} on ${host}.`);
    }
    const fence = Math.max(0, ...[...this.#leases.values()].map((lease) => lease.fence)) + 1;
    return this.#put({ scope, holder, fence, expiresAt: inSeconds(seconds) });
  }

  renew(lease: Lease, seconds: number): Lease {
    this.require(lease, lease.scope);
    return this.#put({ ...lease, expiresAt: inSeconds(seconds) });
  }

  release(lease: Lease): void {
    const present = this.#leases.get(lease.scope);
    if (present?.fence === lease.fence) this.#released.add(present);
  }

  /** @throws StackError FENCE_LOST when a newer lease holds `target`, which is the lease's scope or a part of it */
  require({ scope, fence }: Pick<Lease, "scope" | "fence">, target: string): void {
    const newer = this.#overlapping(target).some((lease) => lease.fence > fence);
    if (this.#leases.get(scope)?.fence !== fence || newer)
      throw new StackError("FENCE_LOST", `Another process has taken over ${target}.`);
  }

  holdsRun(run: string): boolean {
    return this.#overlapping(`run/${run}`).some((lease) => this.#isLive(lease));
  }

  #put(lease: Lease): Lease {
    this.#leases.set(lease.scope, lease);
    return lease;
  }

  /** Of the scope itself, of what it is a part of, and of its parts. */
  #overlapping(scope: string): Lease[] {
    return [...this.#leases.values()].filter(
      (lease) => lease.scope === scope || lease.scope.startsWith(`${scope}/`) || scope.startsWith(`${lease.scope}/`),
    );
  }

  #isLive(lease: Lease): boolean {
    if (this.#released.has(lease)) return false;
    return isAlive(lease.holder) ?? lease.expiresAt > new Date().toISOString();
  }
}

function inSeconds(seconds: number): string {
  return new Date(Date.now() + seconds * 1000).toISOString();
}
