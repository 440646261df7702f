// The caller's way into the call: a transport, watched, and another one whenever it is lost.

import type { SessionOpened } from "../api/answers";
import type { Api } from "../api/client";
import { CallProblem, type Problem } from "../problem";
import type { Listener, Loss, Transport } from "../transports/transport";
import { Backoff, pause } from "./backoff";
import { BAD_ORIGIN } from "./event_feed";
import type { Link } from "./state";
import { Watchdog } from "./watchdog";

const LOOK_MS = 1_000;

export interface Teller extends Omit<Listener, "onLink"> {
  onLink(link: Link): void;
  /** Something is wrong that is being tried again, or no longer is. */
  onTrouble(problem: Problem | null): void;
}

export class Connection {
  readonly #api: Api;
  readonly #teller: Teller;
  #transport: Transport | null = null;

  constructor(api: Api, teller: Teller) {
    this.#api = api;
    this.#teller = teller;
  }

  /**
   * Stay in the call until the signal is aborted; each return has a token or ticket of its own.
   *
   * @throws CallProblem when there is no coming back: `session_not_open` when the call has ended.
   */
  async stay(opened: SessionOpened, microphone: MediaStreamTrack, signal: AbortSignal): Promise<void> {
    const backoff = new Backoff();
    let way: SessionOpened | null = opened;
    while (!signal.aborted) {
      const loss = await this.#carry(way ?? (await this.#wayBack(opened, signal)), microphone, signal, backoff);
      way = null;
      if (signal.aborted || loss === "over") {
        return;
      }
      if (loss === "replaced" || loss === "refused") {
        throw new CallProblem(loss === "replaced" ? REPLACED : BAD_ORIGIN);
      }
      this.#teller.onLink("reconnecting");
      if (loss === "busy") {
        this.#teller.onTrouble(BUSY);
      }
      await pause(backoff.next(), signal);
    }
  }

  async allowSound(): Promise<void> {
    await this.#transport?.allowSound();
  }

  async #carry(way: SessionOpened, microphone: MediaStreamTrack, over: AbortSignal, backoff: Backoff): Promise<Loss> {
    const renew = new AbortController();
    const signal = AbortSignal.any([over, renew.signal]);
    const watchdog = new Watchdog(performance.now());
    let link: Link = "connecting";
    const transport = await transportOf(way, {
      ...this.#listener(),
      onLink: (told) => {
        if (told === "connected") {
          backoff.reset();
          watchdog.linkBack(performance.now());
          this.#teller.onTrouble(null);
        }
        link = told;
        this.#teller.onLink(told);
      },
    });
    this.#transport = transport;
    const looking = this.#look(transport, watchdog, renew, () => link);
    try {
      return await transport.carry(way, microphone, signal);
    } catch (error) {
      this.#teller.onTrouble(unreachable(way, error));
      return "again";
    } finally {
      renew.abort();
      await looking;
    }
  }

  /** Look whether sound gets through, and give the transport up when it has not for too long. */
  async #look(transport: Transport, watchdog: Watchdog, renew: AbortController, link: () => Link): Promise<void> {
    let silent = false;
    while (!renew.signal.aborted) {
      const progress = await transport.progress().catch(() => null); // a connection that is being closed has none
      const verdict = watchdog.look(progress, performance.now());
      if (verdict === "renew") {
        renew.abort();
      } else if ((verdict === "silent") !== silent) {
        silent = !silent;
        this.#teller.onLink(silent ? "problem" : link());
      }
      await pause(LOOK_MS, renew.signal);
    }
  }

  /** Ask for a new way in, for as long as nobody says that there is none. */
  async #wayBack(opened: SessionOpened, signal: AbortSignal): Promise<SessionOpened> {
    const backoff = new Backoff();
    for (;;) {
      try {
        return await wayBack(this.#api, opened);
      } catch (error) {
        if (signal.aborted || !(error instanceof CallProblem) || !MAY_PASS.has(error.problem.code)) {
          throw error;
        }
        this.#teller.onTrouble(error.problem);
      }
      await pause(backoff.next(), signal);
    }
  }

  #listener(): Omit<Listener, "onLink"> {
    const { onAgentSpeaks, onSoundBlocked, onTurn, onEnded } = this.#teller;
    return { onAgentSpeaks, onSoundBlocked, onTurn, onEnded };
  }
}

/** Ask for another way into the same call, as the same caller. */
export function wayBack(api: Api, call: { id: string; transport: SessionOpened["transport"] }): Promise<SessionOpened> {
  return call.transport === "livekit" ? api.token(call.id) : api.ticket(call.id, "voice");
}

/** Load only what this call needs: livekit-client is most of the page. */
async function transportOf(way: SessionOpened, listener: Listener): Promise<Transport> {
  if (way.transport === "livekit") {
    return new (await import("../transports/livekit_room")).LiveKitRoom(listener);
  }
  return new (await import("../transports/voice_socket")).VoiceSocket(listener);
}

const MAY_PASS: ReadonlySet<string> = new Set(["no_answer", "gateway", "store_unavailable"]);

const REPLACED: Problem = {
  what: "The call goes on in another tab",
  why: "The same caller came back there, and a call has one caller.",
  todo: "Close this tab, or choose Try again to take the call back.",
  code: "replaced",
};

const BUSY: Problem = {
  what: "All lines are busy",
  why: "The service carries as many calls as it can.",
  todo: "Wait: the page tries again by itself.",
  code: "busy",
};

function unreachable(way: SessionOpened, error: unknown): Problem {
  return {
    what: "No connection to the call",
    why: `${new URL(way.url).host} did not answer: ${error instanceof Error ? error.message : String(error)}`,
    todo:
      way.transport === "livekit"
        ? "The page tries again by itself. Where a network blocks WebRTC, hang up and choose WebSocket."
        : "The page tries again by itself.",
    code: "unreachable",
  };
}
