// On the audio thread: what the agent says, and whether it is being heard.

import { PlaybackQueue } from "./playback_queue";

const QUIET_SECONDS = 0.2; // a pause within a sentence is not the end of it

class Playback extends AudioWorkletProcessor {
  readonly #queue = new PlaybackQueue(sampleRate);
  #quiet = 0;
  #heard = false;

  constructor() {
    super();
    this.port.onmessage = ({ data }: MessageEvent<Float32Array | "clear">) => {
      if (data === "clear") {
        this.#queue.clear();
        this.#tell(false);
      } else {
        this.#queue.push(data);
      }
    };
  }

  process(_inputs: Float32Array[][], [output]: Float32Array[][]): boolean {
    const mono = output?.[0];
    if (mono) {
      const heard = this.#queue.fill(mono);
      this.#quiet = heard ? 0 : this.#quiet + mono.length / sampleRate;
      this.#tell(heard || (this.#heard && this.#quiet < QUIET_SECONDS));
    }
    return true;
  }

  #tell(heard: boolean): void {
    if (heard !== this.#heard) {
      this.#heard = heard;
      this.port.postMessage(heard);
    }
  }
}

registerProcessor("playback", Playback);
