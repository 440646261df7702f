// The page waits longer after each failure, and gives a silent connection up in time.

import { describe, expect, test } from "vitest";

import { Backoff, pause } from "../src/call/backoff";
import { Watchdog } from "../src/call/watchdog";

describe("backoff", () => {
  test("doubles up to its most", () => {
    const backoff = new Backoff({ random: () => 1 });

    const waits = Array.from({ length: 7 }, () => backoff.next());

    expect(waits).toEqual([500, 1_000, 2_000, 4_000, 8_000, 15_000, 15_000]);
  });

  test("pages that lost the same gateway come back at different moments, none of them at once", () => {
    expect(new Backoff({ random: () => 0 }).next()).toBe(100);
    expect(new Backoff({ random: () => 0.5 }).next()).toBe(300);
  });

  test("is short again after a success", () => {
    const backoff = new Backoff({ random: () => 1 });
    backoff.next();
    backoff.next();

    backoff.reset();

    expect(backoff.next()).toBe(500);
  });

  test("a wait is over when nobody waits any more", async () => {
    const leaving = new AbortController();
    const waiting = pause(60_000, leaving.signal);

    leaving.abort();

    await expect(waiting).resolves.toBeUndefined();
    await expect(pause(60_000, leaving.signal)).resolves.toBeUndefined();
  });
});

describe("watching the sound", () => {
  test("sound that grows is well", () => {
    const watchdog = new Watchdog(0);

    expect([0, 1, 2, 3, 4, 5].map((second) => watchdog.look(second, second * 1_000))).toEqual(Array(6).fill("well"));
  });

  test("none for more than three seconds is a problem, for more than twenty a reason to come back anew", () => {
    const watchdog = new Watchdog(0);
    watchdog.look(7, 0);

    expect([3_000, 3_001, 20_000, 20_001].map((now) => watchdog.look(7, now))).toEqual(["well", "silent", "silent", "renew"]);
  });

  test("after the link came back it must follow within five seconds", () => {
    const watchdog = new Watchdog(0);
    watchdog.look(7, 0);
    watchdog.linkBack(8_000);

    expect([9_000, 13_000, 13_001].map((now) => watchdog.look(7, now))).toEqual(["silent", "silent", "renew"]);
  });

  test("a link that came back with sound is well for good", () => {
    const watchdog = new Watchdog(0);
    watchdog.look(7, 0);
    watchdog.linkBack(4_000);
    watchdog.look(8, 5_000);

    expect(watchdog.look(8, 11_000)).toBe("silent");
  });

  test("an agent that has not come yet is not silent", () => {
    const watchdog = new Watchdog(0);

    expect(watchdog.look(null, 60_000)).toBe("well");
    expect(watchdog.look(0, 61_000)).toBe("well");
  });
});
