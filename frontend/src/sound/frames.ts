// Sound as the wire has it: 16-bit little-endian frames of 20 ms.

import { FRAME_SECONDS, SAMPLE_RATE } from "../contract";

export const FRAME_SAMPLES = SAMPLE_RATE * FRAME_SECONDS;

/** Cuts samples into frames, and keeps the rest for the next one. */
export class Framer {
  #frame = new DataView(new ArrayBuffer(FRAME_SAMPLES * 2));
  #filled = 0;

  /** Answer the frames that are full by now; each may be sent away. */
  take(samples: Float32Array): ArrayBuffer[] {
    const full: ArrayBuffer[] = [];
    for (const sample of samples) {
      this.#frame.setInt16(this.#filled * 2, pcm16(sample), true);
      this.#filled += 1;
      if (this.#filled === FRAME_SAMPLES) {
        full.push(this.#frame.buffer as ArrayBuffer);
        this.#frame = new DataView(new ArrayBuffer(FRAME_SAMPLES * 2));
        this.#filled = 0;
      }
    }
    return full;
  }
}

/** Answer the samples of a frame, from -1 to 1. */
export function samplesOf(frame: ArrayBuffer): Float32Array {
  const view = new DataView(frame);
  return Float32Array.from({ length: frame.byteLength >> 1 }, (_, index) => view.getInt16(index * 2, true) / 32768);
}

function pcm16(sample: number): number {
  return Math.max(-32768, Math.min(32767, Math.round(sample * 32768)));
}
