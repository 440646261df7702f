// What went wrong: what, why, and what to do; read out at once.

import type { Problem } from "../problem";

export function ProblemNotice({ problem, onAgain }: { problem: Problem | null; onAgain?: (() => void) | undefined }) {
  return (
    <div role="alert" className="alert-place">
      {problem && (
        <div className="problem" data-code={problem.code}>
          <p className="problem-what">{problem.what}</p>
          <p>{problem.why}</p>
          <p className="problem-todo">{problem.todo}</p>
          {onAgain && (
            <button type="button" className="quiet" onClick={onAgain}>
              Try again
            </button>
          )}
        </div>
      )}
    </div>
  );
}
