// What is left of a call: how it ended, what was said, what it cost, and its recording.

import type { JobSummary, SessionDetail } from "../api/answers";
import type { CallDesk } from "../call/desk";
import type { CallState } from "../call/state";
import { dollars, duration, LANGUAGES, pipelineName, REASONS, STATES, TRANSPORTS } from "../words";
import { Figure } from "./CallView";
import { CostTable } from "./CostTable";
import { ProblemNotice } from "./ProblemNotice";
import { Recording } from "./Recording";
import { Transcript } from "./Transcript";
import { ViewHeading } from "./ViewHeading";

export function RecordView({ call, desk }: { call: CallState; desk: CallDesk }) {
  const { record } = call;
  const completed = record?.state === "completed";
  return (
    <section className="card record">
      <div className="call-head">
        <ViewHeading>Call record</ViewHeading>
        <p className="link" data-link={completed ? "connected" : "reconnecting"} role="status" data-testid="state">
          <span className="dot" aria-hidden="true" />
          {STATES[record?.state ?? call.state ?? "ended"]}
        </p>
      </div>
      <p className="lead" data-testid="reason">
        {call.reason ? REASONS[call.reason] : "The call is over."}
        {record?.detail ? ` ${record.detail}` : ""}
      </p>
      <ProblemNotice problem={call.problem} onAgain={() => void desk.refresh()} />
      {record && <Facts record={record} />}
      {record && <Recording record={record} onExpired={() => void desk.refresh()} />}
      <h2>Transcript</h2>
      <Transcript turns={call.turns} />
      {record && <CostTable cost={record.cost} />}
      {record && <FailedJobs jobs={record.jobs} />}
      <div className="controls">
        <button type="button" className="quiet" onClick={() => void desk.refresh()}>
          Read the record again
        </button>
        <button type="button" className="primary" onClick={() => desk.startAgain()}>
          New call
        </button>
      </div>
    </section>
  );
}

function Facts({ record }: { record: SessionDetail }) {
  const { active_at, ended_at } = record;
  const lasted = active_at && ended_at ? duration(Date.parse(ended_at) - Date.parse(active_at)) : "–";
  return (
    <dl className="figures">
      <Figure name="Duration" value={lasted} />
      <Figure name="Cost" value={dollars(record.cost_usd ?? record.cost.total_usd)} testId="cost" />
      <Figure name="Pipeline" value={pipelineName(record.simulation_service)} />
      <Figure name="Language" value={LANGUAGES[record.language] ?? record.language} />
      <Figure name="Transport" value={TRANSPORTS[record.transport].name} />
      <Figure name="Session" value={<code>{record.id}</code>} whole />
    </dl>
  );
}

function FailedJobs({ jobs }: { jobs: readonly JobSummary[] }) {
  const failed = jobs.filter((job) => job.error);
  return failed.length === 0 ? null : (
    <>
      <h2>What did not work afterwards</h2>
      <ul className="jobs">
        {failed.map((job) => (
          <li key={job.job}>
            <code>{job.job}</code> {job.state} after {job.attempts} {job.attempts === 1 ? "attempt" : "attempts"}:{" "}
            {job.error}
          </li>
        ))}
      </ul>
    </>
  );
}
