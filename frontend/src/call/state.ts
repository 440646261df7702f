// What the page knows of the call, and how each piece of news changes it. Nothing here does anything.

import type { SessionDetail, TransportName } from "../api/answers";
import { STATES, type Reason, type SessionEvent, type State, type TranscriptTurn } from "../contract";
import type { Problem } from "../problem";

export type Phase = "start" | "opening" | "live" | "over";
export type Link = "connecting" | "connected" | "reconnecting" | "problem";

export interface CallState {
  phase: Phase;
  id: string;
  transport: TransportName | null;
  link: Link;
  state: State | null;
  reason: Reason | null;
  turns: readonly TranscriptTurn[];
  costUsd: number | null;
  /** When the caller was first connected, in milliseconds since the epoch. */
  activeSince: number | null;
  agentSpeaks: boolean;
  muted: boolean;
  soundBlocked: boolean;
  hangingUp: boolean;
  record: SessionDetail | null;
  problem: Problem | null;
}

export type News =
  | { type: "opening" }
  | { type: "joined"; id: string; transport: TransportName }
  | { type: "link"; link: Link }
  | { type: "event"; event: SessionEvent }
  | { type: "turn"; turn: TranscriptTurn }
  | { type: "record"; record: SessionDetail }
  | { type: "speaking"; agentSpeaks: boolean }
  | { type: "muted"; muted: boolean }
  | { type: "sound"; blocked: boolean }
  | { type: "hanging up" }
  | { type: "over"; reason: Reason | null }
  | { type: "problem"; problem: Problem | null }
  | { type: "start again" };

export const START: CallState = {
  phase: "start",
  id: "",
  transport: null,
  link: "connecting",
  state: null,
  reason: null,
  turns: [],
  costUsd: null,
  activeSince: null,
  agentSpeaks: false,
  muted: false,
  soundBlocked: false,
  hangingUp: false,
  record: null,
  problem: null,
};

/** Answer what is known after a piece of news. */
export function reduce(known: CallState, news: News): CallState {
  switch (news.type) {
    case "opening":
      return { ...START, phase: "opening" };
    case "joined":
      return { ...known, phase: "live", id: news.id, transport: news.transport, problem: null };
    case "link":
      return known.phase === "over" ? known : { ...known, link: news.link };
    case "event":
      return afterEvent(known, news.event);
    case "turn":
      return { ...known, turns: withTurns(known.turns, [news.turn]) };
    case "record":
      return afterRecord(known, news.record);
    case "speaking":
      return { ...known, agentSpeaks: news.agentSpeaks };
    case "muted":
      return { ...known, muted: news.muted };
    case "sound":
      return { ...known, soundBlocked: news.blocked };
    case "hanging up":
      return { ...known, hangingUp: true, problem: null };
    case "over":
      return over(known, news.reason);
    case "problem":
      return afterProblem(known, news.problem);
    case "start again":
      return START;
  }
}

/** Whether the record says that nobody can join any more. */
export function hasEnded(state: State | null): boolean {
  return state === "ended" || state === "completed";
}

/** Put turns where their numbers say; a turn that comes again replaces itself. */
export function withTurns(
  turns: readonly TranscriptTurn[],
  news: readonly TranscriptTurn[],
): readonly TranscriptTurn[] {
  const byNumber = new Map([...turns, ...news].map((turn) => [turn.number, turn]));
  return [...byNumber.values()].sort((one, other) => one.number - other.number);
}

function afterEvent(known: CallState, event: SessionEvent): CallState {
  if (event.session_id !== known.id) {
    return known;
  }
  const moved = withState(known, event.state ?? null, event.reason ?? null, Date.parse(event.timestamp));
  return {
    ...moved,
    turns: event.turn ? withTurns(moved.turns, [event.turn]) : moved.turns,
    costUsd: event.cost_usd ?? moved.costUsd,
  };
}

function afterRecord(known: CallState, record: SessionDetail): CallState {
  if (record.id !== known.id) {
    return known;
  }
  const activeAt = record.active_at === null ? Number.NaN : Date.parse(record.active_at);
  const moved = withState(known, record.state, record.reason, activeAt);
  return {
    ...moved,
    activeSince: Number.isNaN(activeAt) ? moved.activeSince : activeAt,
    turns: withTurns(moved.turns, record.turns),
    costUsd: Number(record.cost_usd ?? record.cost.total_usd),
    record,
    problem: moved.phase === "over" ? null : moved.problem,
  };
}

/** A state never goes back, but from reconnecting to active: news of the past may come late. */
function withState(known: CallState, state: State | null, reason: Reason | null, at: number): CallState {
  const merged = state !== null && (known.state === null || rank(state) >= rank(known.state)) ? state : known.state;
  const began = merged === "active" && known.activeSince === null && !Number.isNaN(at);
  return {
    ...known,
    state: merged,
    reason: reason ?? known.reason,
    activeSince: began ? at : known.activeSince,
  };
}

function rank(state: State): number {
  return state === "reconnecting" ? rank("active") : STATES.indexOf(state);
}

function over(known: CallState, reason: Reason | null): CallState {
  return { ...known, phase: "over", agentSpeaks: false, hangingUp: false, reason: known.reason ?? reason };
}

/** A call that could not be opened is none; one that is on stays on. */
function afterProblem(known: CallState, problem: Problem | null): CallState {
  const phase = known.phase === "opening" && problem !== null ? "start" : known.phase;
  return { ...known, phase, problem, hangingUp: problem === null && known.hangingUp };
}
