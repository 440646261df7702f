// The bodies of /api/v1 as the page reads them.

import type { Reason, State, TranscriptTurn } from "../contract";

export type TransportName = "livekit" | "websocket";

export interface SessionRequest {
  simulation_service: string;
  transport: TransportName;
  language: string;
}

/** How the caller gets in. `token` is LiveKit's, or a ticket for `url?ticket=…` that is good once. */
export interface SessionOpened {
  id: string;
  state: State;
  transport: TransportName;
  url: string;
  token: string;
  identity: string;
  expires_at: string;
}

export interface SessionSummary {
  id: string;
  state: State;
  reason: Reason | null;
  detail: string;
  transport: TransportName;
  simulation_service: string;
  language: string;
  attempt: number;
  created_at: string;
  active_at: string | null;
  ended_at: string | null;
  completed_at: string | null;
  /** A decimal; null until the session is priced. */
  cost_usd: string | null;
}

/** A file of the session, and where it can be read for a few minutes. */
export interface SessionObject {
  kind: "audio" | "video" | "transcript";
  key: string;
  url: string;
}

/** What a provider was used for, and its price; `usd` is null when nobody knows it. */
export interface CostLine {
  provider: string;
  model: string;
  unit: string;
  quantity: string;
  usd: string | null;
  unverified: boolean;
}

export interface SessionCost {
  total_usd: string;
  lines: readonly CostLine[];
  unpriced: readonly string[];
}

/** A job that follows the call. */
export interface JobSummary {
  job: string;
  state: string;
  attempts: number;
  error: string;
}

export interface SessionDetail extends SessionSummary {
  caller_present: boolean;
  turns: readonly TranscriptTurn[];
  cost: SessionCost;
  objects: readonly SessionObject[];
  jobs: readonly JobSummary[];
}
