// An error answer, or none at all, as a problem that a person can act on.

import { CallProblem, type Problem } from "../problem";

const FROM_A_PROXY: ReadonlySet<number> = new Set([502, 503, 504]);

/** Read application/problem+json; a load balancer's own error page has no such body. */
export async function problemOfAnswer(answer: Response): Promise<CallProblem> {
  const body: unknown = await answer.json().catch(() => null);
  return new CallProblem(answer.status === 401 ? KEY_REFUSED : readProblem(body, answer.status));
}

export function readProblem(body: unknown, status: number): Problem {
  const { title, detail, hint, code } = (body ?? {}) as Record<string, unknown>;
  return {
    what: text(title) || `The API answered ${status}`,
    why: text(detail) || "It gave no reason.",
    todo: text(hint) || "Try again; if it stays, look at the API's log.",
    code: text(code) || (FROM_A_PROXY.has(status) ? "gateway" : `http_${status}`),
  };
}

export function networkProblem(url: string, error: unknown): CallProblem {
  const waited = error instanceof DOMException && error.name === "TimeoutError";
  return new CallProblem({
    what: "The API does not answer",
    why: waited ? `${url} took too long.` : `${url} could not be reached, or does not allow this page's origin.`,
    todo: "Look whether you are online and the platform is up, then try again.",
    code: "no_answer",
  });
}

const KEY_REFUSED: Problem = {
  what: "The API key was refused",
  why: "The API does not know the key that this page sent.",
  todo: "Enter the key again.",
  code: "key_refused",
};

function text(value: unknown): string {
  return typeof value === "string" ? value : "";
}
