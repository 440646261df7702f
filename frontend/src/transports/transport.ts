// What every way of carrying a call has in common.

import type { SessionOpened } from "../api/answers";
import type { Reason, TranscriptTurn } from "../contract";

/**
 * Why a transport no longer carries the call.
 *
 * again: come back by a new way in; replaced: the same caller did, elsewhere; busy: nobody had room;
 * refused: this page may not; over: the agent's side says that the call has ended.
 */
export type Loss = "again" | "replaced" | "busy" | "refused" | "over";

/** What a transport tells while it carries the call. */
export interface Listener {
  onLink(link: "connecting" | "connected" | "reconnecting"): void;
  onAgentSpeaks(agentSpeaks: boolean): void;
  /** The browser plays no sound until the person does something. */
  onSoundBlocked(blocked: boolean): void;
  onTurn(turn: TranscriptTurn): void;
  onEnded(reason: Reason | null): void;
}

export interface Transport {
  /** Carry the call until it is lost, or until the signal is aborted. */
  carry(way: SessionOpened, microphone: MediaStreamTrack, signal: AbortSignal): Promise<Loss>;
  /** Answer a number that grows while sound gets through; null while there is none to expect. */
  progress(): Promise<number | null>;
  /** The person did something: play. */
  allowSound(): Promise<void>;
}
