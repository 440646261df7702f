// The one module that speaks to the API.

import { Backoff, pause } from "../call/backoff";
import { CallProblem } from "../problem";
import type { SessionDetail, SessionOpened, SessionRequest, SessionSummary } from "./answers";
import { networkProblem, problemOfAnswer } from "./refusals";

const PATIENCE_MS = 10_000;
const ATTEMPTS = 3;
const AGAIN: ReadonlySet<string> = new Set(["no_answer", "store_unavailable", "still_in_progress", "gateway"]);

interface Call {
  method?: "GET" | "POST";
  body?: unknown;
  headers?: Record<string, string>;
  /** More than one only where asking twice changes nothing. */
  attempts?: number;
}

export class Api {
  readonly #url: string;
  readonly #key: () => string;

  constructor(url: string, key: () => string) {
    this.#url = url.replace(/\/+$/, "");
    this.#key = key;
  }

  /** Open a session; the same key and request get the same session, so that a lost answer costs nothing. */
  open(request: SessionRequest, idempotencyKey: string): Promise<SessionOpened> {
    const headers = { "Idempotency-Key": idempotencyKey };
    return this.#ask("/sessions", { method: "POST", body: request, headers, attempts: ATTEMPTS });
  }

  session(id: string): Promise<SessionDetail> {
    return this.#ask(`/sessions/${id}`, {});
  }

  end(id: string): Promise<SessionSummary> {
    return this.#ask(`/sessions/${id}/end`, { method: "POST", attempts: ATTEMPTS });
  }

  token(id: string): Promise<SessionOpened> {
    return this.#ask(`/sessions/${id}/token`, { method: "POST" });
  }

  ticket(id: string, opens: "voice" | "events"): Promise<SessionOpened> {
    return this.#ask(`/sessions/${id}/ticket`, { method: "POST", body: { opens } });
  }

  async #ask<Answer>(path: string, call: Call): Promise<Answer> {
    const backoff = new Backoff();
    for (let attempt = 1; ; attempt += 1) {
      try {
        return await this.#askOnce<Answer>(path, call);
      } catch (error) {
        const last = attempt >= (call.attempts ?? 1);
        if (last || !(error instanceof CallProblem) || !AGAIN.has(error.problem.code)) {
          throw error;
        }
      }
      await pause(backoff.next());
    }
  }

  async #askOnce<Answer>(path: string, { method = "GET", body, headers = {} }: Call): Promise<Answer> {
    const address = `${this.#url}/api/v1${path}`;
    const request: RequestInit = {
      method,
      headers: { Authorization: `Bearer ${this.#key()}`, Accept: "application/json", ...headers },
      signal: AbortSignal.timeout(PATIENCE_MS),
    };
    if (body !== undefined) {
      request.body = JSON.stringify(body);
      request.headers = { ...request.headers, "Content-Type": "application/json" };
    }
    const answer = await fetch(address, request).catch((error: unknown) => {
      throw networkProblem(this.#url, error);
    });
    if (!answer.ok) {
      throw await problemOfAnswer(answer);
    }
    return (await answer.json()) as Answer;
  }
}
