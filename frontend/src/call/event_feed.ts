// `/events` of one session, for as long as somebody wants to hear: each connection has a ticket of its own.

import type { Api } from "../api/client";
import { CLOSE_BAD_ORIGIN, type SessionEvent } from "../contract";
import { CallProblem, type Problem } from "../problem";
import { Backoff, pause } from "./backoff";

interface Hearer {
  /** Connected: what was said before is in the record only. */
  onOpen(): void;
  onEvent(event: SessionEvent): void;
}

const NOT_OPEN: ReadonlySet<string> = new Set(["session_not_open", "session_unknown"]);
const FINAL: ReadonlySet<string> = new Set(["key_refused"]);

/**
 * Tell events until the signal is aborted or the session is no longer open.
 *
 * Whatever closes the socket, it is opened again: 1012 means that a gateway's task went away, others that the
 * network did. The limit is the session's own end.
 */
export async function followEvents(api: Api, id: string, hearer: Hearer, signal: AbortSignal): Promise<void> {
  const backoff = new Backoff();
  while (!signal.aborted) {
    try {
      const way = await api.ticket(id, "events");
      const code = await listen(`${way.url}?ticket=${encodeURIComponent(way.token)}`, hearer, signal, () => backoff.reset());
      if (code === CLOSE_BAD_ORIGIN) {
        throw new CallProblem(BAD_ORIGIN);
      }
    } catch (error) {
      const code = error instanceof CallProblem ? error.problem.code : "";
      if (NOT_OPEN.has(code)) {
        return;
      }
      if (!(error instanceof CallProblem) || FINAL.has(code) || error.problem === BAD_ORIGIN) {
        throw error;
      }
    }
    await pause(backoff.next(), signal);
  }
}

/** Answer the code with which the socket was closed. */
function listen(address: string, hearer: Hearer, signal: AbortSignal, opened: () => void): Promise<number> {
  const socket = new WebSocket(address);
  const leave = () => socket.close();
  signal.addEventListener("abort", leave, { once: true });
  return new Promise((resolve) => {
    socket.onopen = () => hearer.onOpen();
    socket.onmessage = ({ data }: MessageEvent<string>) => {
      opened(); // a socket that was opened and refused at once has not worked
      hearer.onEvent(JSON.parse(data) as SessionEvent);
    };
    socket.onclose = ({ code }) => {
      signal.removeEventListener("abort", leave);
      resolve(code);
    };
  });
}

export const BAD_ORIGIN: Problem = {
  what: "The gateway refuses this page",
  why: `It does not know the origin ${globalThis.location?.origin ?? ""}.`,
  todo: "Add the origin to the gateway's ALLOWED_ORIGINS.",
  code: "bad_origin",
};
