// What the page believes of a call follows the record, whatever arrives late, twice or in the wrong order.

import { expect, test } from "vitest";

import type { SessionDetail } from "../src/api/answers";
import { reduce, START, type CallState, type News } from "../src/call/state";
import type { SessionEvent, TranscriptTurn } from "../src/contract";

const ID = "vs_1";
const LIVE = after(START, { type: "opening" }, { type: "joined", id: ID, transport: "livekit" });

test("a call that cannot be opened is none", () => {
  const known = after(START, { type: "opening" }, { type: "problem", problem: problem("microphone_denied") });

  expect(known.phase).toBe("start");
  expect(known.problem?.code).toBe("microphone_denied");
});

test("a problem in a call does not end it", () => {
  const known = after(LIVE, { type: "problem", problem: problem("unreachable") });

  expect(known.phase).toBe("live");
});

test("turns stand where their numbers say", () => {
  const known = after(LIVE, turn(2, "second"), turn(1, "first"), turn(3, "third"));

  expect(known.turns.map(({ text }) => text)).toEqual(["first", "second", "third"]);
});

test("a turn that is told twice is there once, as it was told last", () => {
  const known = after(LIVE, turn(1, "hel"), { type: "event", event: event({ event: "session.turn", turn: said(1, "hello") }) });

  expect(known.turns.map(({ text }) => text)).toEqual(["hello"]);
});

test("news of another session is not ours", () => {
  const known = after(LIVE, { type: "event", event: { ...event({ state: "ended", reason: "idle" }), session_id: "vs_2" } });

  expect(known).toEqual(LIVE);
});

test.each([
  ["active", "dispatched", "active"],
  ["ended", "active", "ended"],
  ["completed", "ended", "completed"],
  ["active", "reconnecting", "reconnecting"],
  ["reconnecting", "active", "active"],
] as const)("after %s comes %s: it is %s", (first, second, shown) => {
  const known = after(LIVE, { type: "event", event: event({ state: first }) }, { type: "event", event: event({ state: second }) });

  expect(known.state).toBe(shown);
});

test("the clock starts when the caller first was in the call", () => {
  const known = after(
    LIVE,
    { type: "event", event: event({ state: "active", timestamp: "2026-11-21T10:00:00Z" }) },
    { type: "event", event: event({ state: "reconnecting", timestamp: "2026-11-21T10:00:30Z" }) },
    { type: "event", event: event({ state: "active", timestamp: "2026-11-21T10:00:40Z" }) },
  );

  expect(known.activeSince).toBe(Date.parse("2026-11-21T10:00:00Z"));
});

test("after a reload the record knows the turns, the cost and since when", () => {
  const known = after(LIVE, turn(3, "live"), { type: "record", record: record({ turns: [said(1, "a"), said(2, "b")] }) });

  expect(known.turns.map(({ number }) => number)).toEqual([1, 2, 3]);
  expect(known.costUsd).toBe(0.0125);
  expect(known.activeSince).toBe(Date.parse("2026-11-21T10:00:00Z"));
});

test("the first reason stays", () => {
  const known = after(
    LIVE,
    { type: "event", event: event({ state: "ended", reason: "stop_word" }) },
    { type: "over", reason: "hangup" },
  );

  expect(known.phase).toBe("over");
  expect(known.reason).toBe("stop_word");
});

test("a hang-up that failed can be tried again", () => {
  const known = after(LIVE, { type: "hanging up" }, { type: "problem", problem: problem("no_answer") });

  expect(known.hangingUp).toBe(false);
});

test("the link of a call that is over does not change", () => {
  const known = after(LIVE, { type: "link", link: "connected" }, { type: "over", reason: null }, { type: "link", link: "reconnecting" });

  expect(known.link).toBe("connected");
});

test("a new call knows nothing of the last one", () => {
  const known = after(LIVE, turn(1, "old"), { type: "over", reason: "hangup" }, { type: "start again" });

  expect(known).toEqual(START);
});

function after(known: CallState, ...news: News[]): CallState {
  return news.reduce(reduce, known);
}

function said(number: number, text: string): TranscriptTurn {
  const at = "2026-11-21T10:00:05Z";
  return { number, text, speaker: "caller", started_at: at, ended_at: at };
}

function turn(number: number, text: string): News {
  return { type: "turn", turn: said(number, text) };
}

function event(told: Partial<SessionEvent>): SessionEvent {
  return { event: "session.state", session_id: ID, timestamp: "2026-11-21T10:00:00Z", ...told };
}

function problem(code: string) {
  return { what: "", why: "", todo: "", code };
}

function record(told: Partial<SessionDetail>): SessionDetail {
  return {
    id: ID,
    state: "active",
    reason: null,
    detail: "",
    transport: "livekit",
    simulation_service: "local",
    language: "en",
    attempt: 1,
    created_at: "2026-11-21T09:59:58Z",
    active_at: "2026-11-21T10:00:00Z",
    ended_at: null,
    completed_at: null,
    cost_usd: null,
    caller_present: true,
    turns: [],
    cost: { total_usd: "0.0125", lines: [], unpriced: [] },
    objects: [],
    jobs: [],
    ...told,
  };
}
