// The caller hears one agent: the one that came last.

import { expect, test } from "vitest";

import { newestAgent } from "../src/transports/newest_agent";

test("a fenced agent that comes back is not heard", () => {
  const before = { identity: "agent-AJ_1", joinedAt: new Date(1_000) };
  const after = { identity: "agent-AJ_2", joinedAt: new Date(9_000) };

  expect(newestAgent([before, after])).toBe(after);
  expect(newestAgent([after, before])).toBe(after);
});

test("of two in one second the later is heard", () => {
  const before = { identity: "agent-AJ_1", joinedAt: new Date(1_000) };
  const after = { identity: "agent-AJ_2", joinedAt: new Date(1_000) };

  expect(newestAgent([before, after])).toBe(after);
});

test("who is no agent is not heard", () => {
  expect(newestAgent([{ identity: "caller" }, { identity: "agentless" }, { identity: "recorder" }])).toBeNull();
});
