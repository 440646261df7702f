// Which agent the caller listens to, when an earlier attempt's has not left yet.

import { IDENTITY_AGENT } from "../contract";

export interface Present {
  identity: string;
  /** LiveKit counts whole seconds. */
  joinedAt?: Date | undefined;
}

/**
 * Answer the agent that came last; null while there is none.
 *
 * A fenced agent that was only paused may come back and speak (facts: livekit §9.5), so age decides and not
 * presence. Of two that joined in one second, the later in the list came later.
 */
export function newestAgent<Participant extends Present>(present: Iterable<Participant>): Participant | null {
  let newest: Participant | null = null;
  for (const participant of present) {
    if (isAgent(participant) && (newest === null || joined(participant) >= joined(newest))) {
      newest = participant;
    }
  }
  return newest;
}

function isAgent({ identity }: Present): boolean {
  return identity === IDENTITY_AGENT || identity.startsWith(`${IDENTITY_AGENT}-`);
}

function joined({ joinedAt }: Present): number {
  return joinedAt?.getTime() ?? 0;
}
