// The call that is on.

import { useEffect, useState, type ReactNode } from "react";

import type { CallDesk } from "../call/desk";
import type { CallState } from "../call/state";
import { dollars, duration, STATES } from "../words";
import { ConnectionState } from "./ConnectionState";
import { ProblemNotice } from "./ProblemNotice";
import { Transcript } from "./Transcript";
import { ViewHeading } from "./ViewHeading";

export function CallView({ call, desk }: { call: CallState; desk: CallDesk }) {
  const stranded = call.problem !== null && call.link === "problem";
  return (
    <section className="card call">
      <div className="call-head">
        <ViewHeading>Call</ViewHeading>
        <ConnectionState call={call} />
      </div>
      <dl className="figures">
        <Figure name="State" value={call.state ? STATES[call.state] : "Opening"} testId="state" />
        <Figure name="Duration" value={<Clock since={call.activeSince} />} />
        <Figure name="Cost so far" value={call.costUsd === null ? "–" : dollars(call.costUsd)} testId="cost" />
      </dl>
      <ProblemNotice problem={call.problem} onAgain={stranded ? () => void desk.resume() : undefined} />
      {call.soundBlocked && (
        <p className="banner">
          <span>Your browser holds the sound back, yours too, until you ask for it.</span>
          <button type="button" className="quiet" onClick={() => void desk.allowSound()}>
            Play the sound
          </button>
        </p>
      )}
      <Transcript turns={call.turns} live speaking={call.agentSpeaks} />
      <div className="controls">
        <button type="button" className="quiet" aria-pressed={call.muted} onClick={() => desk.setMuted(!call.muted)}>
          {call.muted ? "Unmute" : "Mute"}
        </button>
        <button type="button" className="danger" disabled={call.hangingUp} onClick={() => void desk.hangUp()}>
          {call.hangingUp ? "Hanging up…" : "Hang up"}
        </button>
      </div>
    </section>
  );
}

interface FigureProps {
  name: string;
  value: ReactNode;
  testId?: string;
  /** Takes a line of its own. */
  whole?: boolean;
}

export function Figure({ name, value, testId, whole }: FigureProps) {
  return (
    <div className={whole ? "whole" : undefined}>
      <dt>{name}</dt>
      <dd data-testid={testId}>{value}</dd>
    </div>
  );
}

function Clock({ since }: { since: number | null }) {
  const [now, setNow] = useState(() => Date.now());
  useEffect(() => {
    const timer = setInterval(() => setNow(Date.now()), 1000);
    return () => clearInterval(timer);
  }, []);
  return <>{since === null ? "–" : duration(now - since)}</>;
}
