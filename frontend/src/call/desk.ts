// One tab's calls: start one, come back into it, hang up, and read what is left of it.

import type { SessionOpened, SessionRequest } from "../api/answers";
import type { Api } from "../api/client";
import { forgetCall, rememberCall, rememberedCall, type RememberedCall } from "../browser_memory";
import type { Reason, SessionEvent } from "../contract";
import { CallProblem, problemOf } from "../problem";
import { GONE, openMicrophone } from "../sound/microphone";
import { Backoff, pause } from "./backoff";
import { Connection, wayBack } from "./connection";
import { followEvents } from "./event_feed";
import { hasEnded, reduce, START, type CallState, type News } from "./state";

const RECORD_MS = 360_000; // what follows a call may take five minutes; then the person may look again

export class CallDesk {
  readonly #api: Api;
  readonly #onKeyRefused: () => void;
  readonly #observers = new Set<() => void>();
  #state: CallState = START;
  #leaving = new AbortController();
  #connection: Connection | null = null;
  #microphone: MediaStreamTrack | null = null;

  constructor(api: Api, onKeyRefused: () => void) {
    this.#api = api;
    this.#onKeyRefused = onKeyRefused;
  }

  readonly subscribe = (observer: () => void): (() => void) => {
    this.#observers.add(observer);
    return () => this.#observers.delete(observer);
  };

  readonly state = (): CallState => this.#state;

  /** Open a session and join it. The microphone comes first: without one there is nothing to open. */
  async start(request: SessionRequest): Promise<void> {
    this.#tell({ type: "opening" });
    await this.#orTell(async () => {
      const microphone = await openMicrophone();
      try {
        const opened = await this.#api.open(request, crypto.randomUUID());
        rememberCall(opened);
        this.#join(opened, microphone);
      } catch (error) {
        microphone.stop();
        throw error;
      }
    });
  }

  /** Come back into the call that this tab was in, or show how it ended meanwhile. */
  async resume(): Promise<void> {
    const call = rememberedCall();
    if (call === null) {
      return;
    }
    this.#leave();
    this.#tell({ type: "joined", id: call.id, transport: call.transport });
    await this.#orTell(async () => {
      const opened = await wayBack(this.#api, call);
      this.#join(opened, await openMicrophone());
    }, call);
  }

  async hangUp(): Promise<void> {
    this.#tell({ type: "hanging up" });
    await this.#orTell(async () => {
      const { reason } = await this.#api.end(this.#state.id);
      this.#over(reason);
    });
  }

  setMuted(muted: boolean): void {
    if (this.#microphone !== null) {
      this.#microphone.enabled = !muted;
      this.#tell({ type: "muted", muted });
    }
  }

  async allowSound(): Promise<void> {
    await this.#connection?.allowSound();
  }

  /** Read the record again: its addresses are good for a few minutes only. */
  async refresh(): Promise<void> {
    await this.#orTell(async () => this.#read());
  }

  startAgain(): void {
    this.#leave();
    forgetCall();
    this.#tell({ type: "start again" });
  }

  #join(opened: SessionOpened, microphone: MediaStreamTrack): void {
    const over = (this.#leaving = new AbortController()).signal;
    this.#microphone = microphone;
    microphone.enabled = !this.#state.muted;
    microphone.onended = () => this.#tell({ type: "problem", problem: GONE });
    this.#tell({ type: "joined", id: opened.id, transport: opened.transport });
    this.#tell({ type: "link", link: "connecting" });
    this.#connection = new Connection(this.#api, {
      onLink: (link) => this.#tell({ type: "link", link }),
      onAgentSpeaks: (agentSpeaks) => this.#tell({ type: "speaking", agentSpeaks }),
      onSoundBlocked: (blocked) => this.#tell({ type: "sound", blocked }),
      onTurn: (turn) => this.#tell({ type: "turn", turn }),
      onEnded: (reason) => this.#over(reason),
      onTrouble: (problem) => this.#tell({ type: "problem", problem }),
    });
    void this.#orTell(() => this.#stay(opened, microphone, over), opened);
    void this.#orTell(() => this.#follow(opened.id, over), opened);
  }

  /** Without a way back nobody hears the caller: the microphone is let go. */
  async #stay(opened: SessionOpened, microphone: MediaStreamTrack, over: AbortSignal): Promise<void> {
    try {
      await this.#connection?.stay(opened, microphone, over);
    } catch (error) {
      this.#tell({ type: "link", link: "problem" });
      this.#leave();
      throw error;
    }
  }

  async #follow(id: string, over: AbortSignal): Promise<void> {
    const hearer = {
      onOpen: () => void this.#orTell(() => this.#read()),
      onEvent: (event: SessionEvent) => {
        this.#tell({ type: "event", event });
        this.#noticeEnd();
      },
    };
    await followEvents(this.#api, id, hearer, over);
    if (!over.aborted) {
      await this.#read();
    }
  }

  async #read(): Promise<void> {
    this.#tell({ type: "record", record: await this.#api.session(this.#state.id) });
    this.#noticeEnd();
  }

  #noticeEnd(): void {
    if (hasEnded(this.#state.state)) {
      this.#over(this.#state.reason);
    }
  }

  /** Whoever said it first: leave, and wait for the record to be complete. */
  #over(reason: Reason | null): void {
    if (this.#state.phase === "over") {
      return;
    }
    this.#leave();
    forgetCall();
    this.#tell({ type: "over", reason });
    void this.#awaitRecord(this.#state.id);
  }

  async #awaitRecord(id: string): Promise<void> {
    const backoff = new Backoff({ most: 5_000 });
    const until = performance.now() + RECORD_MS;
    while (this.#state.id === id && performance.now() < until) {
      await this.#orTell(() => this.#read());
      if (this.#state.record?.state === "completed") {
        return;
      }
      await pause(backoff.next());
    }
  }

  #leave(): void {
    this.#leaving.abort();
    this.#connection = null;
    this.#microphone?.stop();
    this.#microphone = null;
  }

  /** Do it, or say what went wrong; a call that is no longer open shows its record instead. */
  async #orTell(work: () => Promise<void>, call?: RememberedCall): Promise<void> {
    try {
      await work();
    } catch (error) {
      const code = error instanceof CallProblem ? error.problem.code : "";
      if (code === "session_not_open" && call !== undefined) {
        this.#over(null);
        return;
      }
      if (code === "session_unknown") {
        this.startAgain();
      }
      if (code === "key_refused") {
        this.#onKeyRefused();
      }
      this.#tell({ type: "problem", problem: problemOf(error) });
    }
  }

  #tell(news: News): void {
    this.#state = reduce(this.#state, news);
    for (const observe of this.#observers) {
      observe();
    }
  }
}
