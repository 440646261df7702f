// What went wrong, in the words a person needs: what, why, and what to do.

export interface Problem {
  what: string;
  why: string;
  todo: string;
  /** Stable, for programs: the API's `code`, or one of ours. */
  code: string;
}

/** A failure that the person is told of; everything else is a mistake of the page's. */
export class CallProblem extends Error {
  readonly problem: Problem;

  constructor(problem: Problem) {
    super(`${problem.code}: ${problem.what}`);
    this.problem = problem;
  }
}

/** Answer what to tell of anything that was thrown. */
export function problemOf(thrown: unknown): Problem {
  if (thrown instanceof CallProblem) {
    return thrown.problem;
  }
  const why = thrown instanceof Error ? thrown.message : String(thrown);
  return { what: "The page failed", why, todo: "Reload the page; the call goes on where it was.", code: "page_failed" };
}
