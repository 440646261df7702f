// What the page and the platform must agree on. Made from contract/ by `make schema`; do not edit.

export const STATES = [
  "requested",
  "dispatched",
  "active",
  "reconnecting",
  "ended",
  "completed",
] as const;
export type State = (typeof STATES)[number];

export const REASONS = [
  "hangup",
  "stop_word",
  "agent_finished",
  "max_duration",
  "idle",
  "budget",
  "no_show",
  "not_rejoined",
  "no_agent",
  "agent_lost",
  "media_unavailable",
  "unknown_pipeline",
  "invalid_metadata",
  "provider_failed",
  "drained",
  "stuck",
  "forced",
] as const;
export type Reason = (typeof REASONS)[number];

export const SPEAKERS = [
  "caller",
  "agent",
] as const;
export type Speaker = (typeof SPEAKERS)[number];

export const PIPELINES = [
  "deepgram_openai",
  "azure_realtime",
  "azure_speech",
  "gemini_live",
  "gemini_chat",
  "local",
] as const;

export interface TranscriptTurn {
  number: number;
  speaker: Speaker;
  text: string;
  started_at: string;
  ended_at: string;
  interrupted?: boolean;
  latency_ms?: number | null;
}

export interface SessionEvent {
  event: "session.state" | "session.turn" | "session.cost" | "session.completed";
  session_id: string;
  timestamp: string;
  state?: State | null;
  reason?: Reason | null;
  turn?: TranscriptTurn | null;
  cost_usd?: number | null;
  metadata?: Readonly<Record<string, unknown>>;
}

export interface ClientMessage {
  type: "end";
}

export interface ServerMessage {
  type: "ready" | "turn" | "clear" | "ended";
  session_id?: string;
  turn?: TranscriptTurn | null;
  reason?: Reason | null;
}

export const CLOSE_BAD_MESSAGE = 4400;
export const CLOSE_BAD_ORIGIN = 4403;
export const CLOSE_BAD_TICKET = 4401;
export const CLOSE_BUSY = 4429;
export const CLOSE_REPLACED = 4409;
export const CLOSE_RESTART = 1012;
export const CLOSE_TOO_SLOW = 4408;
export const CLOSE_UNSERVED = 4422;
export const DRAIN_JITTER_SECONDS = 5.0;
export const FRAME_SECONDS = 0.02;
export const MAX_EVENTS_WAITING = 256;
export const MAX_FRAME_BYTES = 48000;
export const SAMPLE_RATE = 24000;
export const IDENTITY_AGENT = "agent";
