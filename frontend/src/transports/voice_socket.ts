// A call over the gateway's `/voice`: PCM frames both ways, by audio worklets.

import type { SessionOpened } from "../api/answers";
import {
  CLOSE_BAD_ORIGIN,
  CLOSE_BUSY,
  CLOSE_REPLACED,
  MAX_FRAME_BYTES,
  SAMPLE_RATE,
  type ServerMessage,
} from "../contract";
import captureAddress from "../sound/capture.worklet.ts?worker&url";
import { samplesOf } from "../sound/frames";
import playbackAddress from "../sound/playback.worklet.ts?worker&url";
import type { Listener, Loss, Transport } from "./transport";

const MOST_UNSENT_BYTES = 5 * MAX_FRAME_BYTES; // five seconds: the gateway would drop older sound too
const LOSSES: Readonly<Record<number, Loss>> = {
  [CLOSE_REPLACED]: "replaced",
  [CLOSE_BUSY]: "busy",
  [CLOSE_BAD_ORIGIN]: "refused",
};

export class VoiceSocket implements Transport {
  readonly #listener: Listener;
  #socket: WebSocket | null = null;
  #sent = 0;
  #capture: AudioContext | null = null;
  #playback: AudioContext | null = null;
  #player: AudioWorkletNode | null = null;

  constructor(listener: Listener) {
    this.#listener = listener;
  }

  async carry(way: SessionOpened, microphone: MediaStreamTrack, signal: AbortSignal): Promise<Loss> {
    try {
      await this.#openSound();
      const lost = this.#connect(way, signal);
      await this.#record(microphone);
      return await lost;
    } finally {
      this.#socket?.close();
      this.#listener.onAgentSpeaks(false);
      await Promise.all([this.#capture?.close(), this.#playback?.close()]);
    }
  }

  /** What was handed to the network: when it stops, nobody hears the caller. */
  async progress(): Promise<number | null> {
    return this.#socket?.readyState === WebSocket.OPEN ? this.#sent - this.#socket.bufferedAmount : null;
  }

  async allowSound(): Promise<void> {
    await Promise.all([this.#capture?.resume(), this.#playback?.resume()]);
  }

  async #openSound(): Promise<void> {
    this.#playback = new AudioContext({ sampleRate: SAMPLE_RATE, latencyHint: "interactive" });
    this.#capture = new AudioContext({ latencyHint: "interactive" });
    await Promise.all([
      this.#playback.audioWorklet.addModule(playbackAddress),
      this.#capture.audioWorklet.addModule(captureAddress),
    ]);
    this.#player = new AudioWorkletNode(this.#playback, "playback", { numberOfInputs: 0, outputChannelCount: [1] });
    this.#player.port.onmessage = ({ data }: MessageEvent<boolean>) => this.#listener.onAgentSpeaks(data);
    this.#player.connect(this.#playback.destination);
    const tell = () => this.#listener.onSoundBlocked(this.#playback?.state === "suspended");
    this.#playback.onstatechange = tell;
    tell();
  }

  async #record(microphone: MediaStreamTrack): Promise<void> {
    const context = this.#capture as AudioContext;
    const source = context.createMediaStreamSource(new MediaStream([microphone]));
    const recorder = new AudioWorkletNode(context, "capture", { numberOfOutputs: 0, channelCount: 1, channelCountMode: "explicit" });
    recorder.port.onmessage = ({ data }: MessageEvent<ArrayBuffer>) => this.#send(data);
    source.connect(recorder);
  }

  #send(frame: ArrayBuffer): void {
    const socket = this.#socket;
    if (socket?.readyState === WebSocket.OPEN && socket.bufferedAmount < MOST_UNSENT_BYTES) {
      this.#sent += frame.byteLength;
      socket.send(frame);
    }
  }

  #connect(way: SessionOpened, signal: AbortSignal): Promise<Loss> {
    const socket = new WebSocket(`${way.url}?ticket=${encodeURIComponent(way.token)}`);
    socket.binaryType = "arraybuffer";
    this.#socket = socket;
    let ended = false;
    socket.onmessage = ({ data }: MessageEvent<ArrayBuffer | string>) => {
      if (typeof data === "string") {
        ended = this.#hearMessage(JSON.parse(data) as ServerMessage) || ended;
      } else {
        const samples = samplesOf(data);
        this.#player?.port.postMessage(samples, [samples.buffer]);
      }
    };
    return new Promise((resolve) => {
      socket.onclose = ({ code }) => resolve(ended ? "over" : (LOSSES[code] ?? "again"));
      signal.addEventListener("abort", () => resolve("again"), { once: true });
    });
  }

  /** Answer whether it says that the call has ended. */
  #hearMessage(message: ServerMessage): boolean {
    if (message.type === "ready") {
      this.#listener.onLink("connected");
    } else if (message.type === "clear") {
      this.#player?.port.postMessage("clear");
    } else if (message.type === "turn" && message.turn) {
      this.#listener.onTurn(message.turn);
    } else if (message.type === "ended") {
      this.#listener.onEnded(message.reason ?? null);
    }
    return message.type === "ended";
  }
}
