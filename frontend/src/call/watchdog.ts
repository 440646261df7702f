// Whether sound still gets through, whatever the transport believes of itself.
//
// livekit-client may stay in `reconnecting` without an end after a blackout of 30 seconds, when the server
// has removed the caller (facts: livekit §9, Bad networks). So the page counts, and makes a new connection.

export type Verdict = "well" | "silent" | "renew";

const SILENT_MS = 3_000;
const RENEW_MS = 20_000;
const BACK_MS = 5_000;

export class Watchdog {
  #progress: number | null = null;
  #movedAt: number;
  #backAt: number | null = null;

  constructor(now: number) {
    this.#movedAt = now;
  }

  /** The transport says that its link is back: sound must follow soon. */
  linkBack(now: number): void {
    this.#backAt = now;
  }

  /**
   * Look at how far sound has come.
   *
   * @param progress A number that grows while sound gets through; null while there is none to expect.
   */
  look(progress: number | null, now: number): Verdict {
    if (progress === null || this.#progress === null || progress > this.#progress) {
      this.#progress = progress;
      this.#movedAt = now;
      this.#backAt = null;
      return "well";
    }
    this.#progress = progress;
    const still = now - this.#movedAt;
    const backFor = this.#backAt === null ? 0 : now - this.#backAt;
    if (still > RENEW_MS || (still > BACK_MS && backFor > BACK_MS)) {
      return "renew";
    }
    return still > SILENT_MS ? "silent" : "well";
  }
}
