// The caller hears one agent: the one that came last.

import { expect, test } from "vitest";

import { NewestAgent } from "../src/transports/newest_agent";

const FIRST = { identity: "agent-AJ_1", joinedAt: new Date(1_000) };
const SECOND = { identity: "agent-AJ_2", joinedAt: new Date(9_000) };

test("of two the later is heard", () => {
  expect(new NewestAgent().choose([FIRST, SECOND])).toBe(SECOND);
  expect(new NewestAgent().choose([SECOND, FIRST])).toBe(SECOND);
});

test("one that gave way is not heard again, even when the later one is gone", () => {
  const newest = new NewestAgent();
  newest.choose([FIRST]);
  newest.choose([FIRST, SECOND]);

  expect(newest.choose([FIRST])).toBeNull();
  expect(newest.choose([{ ...FIRST, joinedAt: new Date(20_000) }])).toBeNull();
  expect(newest.choose([FIRST, SECOND])).toBe(SECOND);
});

test("of two in one second the one that came later is heard", () => {
  const newest = new NewestAgent();
  const same = { ...SECOND, joinedAt: FIRST.joinedAt };
  newest.choose([FIRST]);

  expect(newest.choose([FIRST, same])).toBe(same);
  expect(newest.choose([FIRST])).toBeNull();
});

test("one that comes back after its network failed is heard", () => {
  const newest = new NewestAgent();
  newest.choose([FIRST]);
  const back = { ...FIRST, joinedAt: new Date(20_000) };

  expect(newest.choose([])).toBeNull();
  expect(newest.choose([back])).toBe(back);
});

test("who is no agent is not heard", () => {
  const others = [{ identity: "caller" }, { identity: "agentless" }, { identity: "recorder" }];

  expect(new NewestAgent().choose(others)).toBeNull();
});
