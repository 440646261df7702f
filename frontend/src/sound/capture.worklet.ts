// On the audio thread: the microphone, as frames of the wire.

import { SAMPLE_RATE } from "../contract";
import { Framer } from "./frames";
import { Resampler } from "./resampler";

class Capture extends AudioWorkletProcessor {
  readonly #resampler = new Resampler(sampleRate, SAMPLE_RATE);
  readonly #framer = new Framer();

  process([input]: Float32Array[][]): boolean {
    const mono = input?.[0];
    if (mono) {
      for (const frame of this.#framer.take(this.#resampler.take(mono))) {
        this.port.postMessage(frame, [frame]);
      }
    }
    return true;
  }
}

registerProcessor("capture", Capture);
