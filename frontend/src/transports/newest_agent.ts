// Which agent the caller listens to, when an earlier attempt's has not left yet, or comes back.

import { IDENTITY_AGENT } from "../contract";

export interface Present {
  identity: string;
  /** LiveKit counts whole seconds. */
  joinedAt?: Date | undefined;
}

/**
 * Chooses the agent that came last, and never one again that had to give way.
 *
 * A fenced agent that was only paused may come back and speak (facts: livekit §9.5), even when the later one is
 * gone. An agent's identity is its job's, so the one who gave way has no business in the call.
 */
export class NewestAgent {
  readonly #gaveWay = new Set<string>();
  #chosen: string | null = null;

  /** @param present In the order in which they came; of two that joined in one second the later one counts. */
  choose<Participant extends Present>(present: Iterable<Participant>): Participant | null {
    const agents = [...present].filter((each) => isAgent(each) && !this.#gaveWay.has(each.identity));
    const newest = agents.reduce<Participant | null>(
      (best, each) => (best === null || joined(each) >= joined(best) ? each : best),
      null,
    );
    if (newest !== null) {
      for (const identity of [this.#chosen, ...agents.map((each) => each.identity)]) {
        if (identity !== null && identity !== newest.identity) {
          this.#gaveWay.add(identity);
        }
      }
      this.#chosen = newest.identity;
    }
    return newest;
  }
}

function isAgent({ identity }: Present): boolean {
  return identity === IDENTITY_AGENT || identity.startsWith(`${IDENTITY_AGENT}-`);
}

function joined({ joinedAt }: Present): number {
  return joinedAt?.getTime() ?? 0;
}
