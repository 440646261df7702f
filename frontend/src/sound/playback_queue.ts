// What the agent said and the caller has not heard yet.

const PRIME_SECONDS = 0.06; // waited for after silence, so that one late frame is no gap

/** Gives samples at the pace of the sound card: gapless while there are any, silence while not. */
export class PlaybackQueue {
  readonly #prime: number;
  #pieces: Float32Array[] = [];
  #offset = 0;
  #waiting = 0;
  #patience = 0;
  #playing = false;

  /** @param rate Samples a second. */
  constructor(rate: number) {
    this.#prime = Math.round(rate * PRIME_SECONDS);
  }

  push(piece: Float32Array): void {
    this.#pieces.push(piece);
    this.#waiting += piece.length;
  }

  /** The caller interrupted: what is not heard yet never will be. */
  clear(): void {
    this.#pieces = [];
    this.#offset = this.#waiting = this.#patience = 0;
    this.#playing = false;
  }

  /** Fill what is to be heard next, and answer whether any of it was said. */
  fill(out: Float32Array): boolean {
    if (!this.#playing) {
      this.#playing = this.#mayBegin(out.length);
    }
    const given = this.#playing ? this.#give(out) : 0;
    out.fill(0, given);
    if (this.#playing && this.#waiting === 0) {
      this.#playing = false;
      this.#patience = 0;
    }
    return given > 0;
  }

  /** With enough to bridge a late frame, or when no more comes: a last short word is heard too. */
  #mayBegin(samples: number): boolean {
    if (this.#waiting === 0) {
      return false;
    }
    this.#patience += samples;
    return this.#waiting >= this.#prime || this.#patience > this.#prime;
  }

  #give(out: Float32Array): number {
    let given = 0;
    while (given < out.length && this.#pieces.length > 0) {
      const piece = this.#pieces[0] as Float32Array;
      const part = piece.subarray(this.#offset, this.#offset + out.length - given);
      out.set(part, given);
      given += part.length;
      this.#offset += part.length;
      if (this.#offset === piece.length) {
        this.#pieces.shift();
        this.#offset = 0;
      }
    }
    this.#waiting -= given;
    return given;
  }
}
