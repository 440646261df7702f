// Waiting longer after each failure, and never at the same moment as everybody else.

const BASE_MS = 500;
const MOST_MS = 15_000;

/** Exponential backoff with full jitter: anything up to twice as long as the time before. */
export class Backoff {
  readonly #base: number;
  readonly #most: number;
  readonly #random: () => number;
  #failures = 0;

  constructor({ base = BASE_MS, most = MOST_MS, random = Math.random } = {}) {
    this.#base = base;
    this.#most = most;
    this.#random = random;
  }

  /** Answer how long to wait now, in milliseconds; at least a fifth of the longest wait, so that no loop is busy. */
  next(): number {
    const longest = Math.min(this.#most, this.#base * 2 ** this.#failures);
    this.#failures += 1;
    return Math.round(longest * (0.2 + 0.8 * this.#random()));
  }

  /** It worked: the next failure is a first one. */
  reset(): void {
    this.#failures = 0;
  }
}

/** Wait; an abort ends the wait, not with an error. */
export function pause(milliseconds: number, signal?: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal?.aborted) {
      resolve();
      return;
    }
    const done = () => {
      clearTimeout(timer);
      signal?.removeEventListener("abort", done);
      resolve();
    };
    const timer = setTimeout(done, milliseconds);
    signal?.addEventListener("abort", done);
  });
}
