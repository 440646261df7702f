// From the microphone's rate to the wire's, piece by piece, without a seam between pieces.

const ZERO_CROSSINGS = 16; // of the filter, on each side, at the lower of the two rates
const PHASES = 256; // positions between two samples for which the filter is prepared

/** A windowed-sinc low-pass that keeps what it needs of the last piece. */
export class Resampler {
  readonly #step: number;
  readonly #half: number;
  readonly #filters: readonly Float32Array[];
  #kept: Float32Array;
  #position: number;

  /** @param from The rate of what comes in, in Hz. @param to The rate of what goes out. */
  constructor(from: number, to: number) {
    this.#step = from / to;
    const cutoff = Math.min(1, to / from);
    this.#half = Math.ceil(ZERO_CROSSINGS / cutoff);
    this.#filters = Array.from({ length: PHASES + 1 }, (_, phase) => filter(phase / PHASES, this.#half, cutoff));
    this.#kept = new Float32Array(this.#half); // silence before the first sample
    this.#position = this.#half;
  }

  /** Answer what can be said by now; the filter's half length is heard with the next piece. */
  take(piece: Float32Array): Float32Array {
    const all = joined(this.#kept, piece);
    const found: number[] = [];
    while (this.#position + this.#half < all.length) {
      found.push(this.#at(all, this.#position));
      this.#position += this.#step;
    }
    const done = Math.max(0, Math.floor(this.#position) - this.#half);
    this.#kept = all.slice(done);
    this.#position -= done;
    return Float32Array.from(found);
  }

  #at(all: Float32Array, position: number): number {
    const whole = Math.floor(position);
    const taps = this.#filters[Math.round((position - whole) * PHASES)] as Float32Array;
    const first = whole - this.#half + 1;
    let sum = 0;
    for (let index = 0; index < taps.length; index += 1) {
      sum += (taps[index] as number) * (all[first + index] as number);
    }
    return sum;
  }
}

/** The filter's taps for a position a fraction of a sample after a sample; they add up to 1. */
function filter(fraction: number, half: number, cutoff: number): Float32Array {
  const taps = Float32Array.from({ length: 2 * half }, (_, index) => {
    const distance = index - half + 1 - fraction;
    return sinc(distance * cutoff) * blackman(distance / half);
  });
  const sum = taps.reduce((total, tap) => total + tap, 0);
  return taps.map((tap) => tap / sum);
}

function sinc(x: number): number {
  return x === 0 ? 1 : Math.sin(Math.PI * x) / (Math.PI * x);
}

function blackman(x: number): number {
  return Math.abs(x) >= 1 ? 0 : 0.42 + 0.5 * Math.cos(Math.PI * x) + 0.08 * Math.cos(2 * Math.PI * x);
}

function joined(one: Float32Array, other: Float32Array): Float32Array {
  const both = new Float32Array(one.length + other.length);
  both.set(one);
  both.set(other, one.length);
  return both;
}
