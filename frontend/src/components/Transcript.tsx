// What was said, turn by turn.

import { useEffect, useRef } from "react";

import type { TranscriptTurn } from "../contract";
import { latency, SPEAKERS } from "../words";

interface Props {
  turns: readonly TranscriptTurn[];
  /** New turns are read out, and scrolled to. */
  live?: boolean;
  speaking?: boolean;
}

const NEAR_PX = 120; // of the end: whoever has scrolled back further is reading

export function Transcript({ turns, live = false, speaking = false }: Props) {
  const list = useRef<HTMLDivElement>(null);
  useEffect(() => {
    const box = list.current;
    if (live && box && box.scrollHeight - box.scrollTop - box.clientHeight < box.clientHeight + NEAR_PX) {
      box.scrollTop = box.scrollHeight;
    }
  }, [live, turns]);
  return (
    <div
      ref={list}
      className="transcript"
      role={live ? "log" : "region"}
      aria-live={live ? "polite" : undefined}
      aria-label="Transcript"
      tabIndex={0}
    >
      {turns.length === 0 && <p className="empty">{live ? "Say hello: what is said appears here." : "Nothing was said."}</p>}
      <ol>
        {turns.map((turn) => (
          <Turn key={turn.number} turn={turn} />
        ))}
      </ol>
      {live && (
        <p className="speaking" data-speaking={speaking} aria-hidden="true">
          <span /> <span /> <span /> {speaking ? "The agent is speaking" : ""}
        </p>
      )}
    </div>
  );
}

function Turn({ turn }: { turn: TranscriptTurn }) {
  return (
    <li className="turn" data-speaker={turn.speaker}>
      <p className="turn-head">
        <strong>{SPEAKERS[turn.speaker]}</strong>
        <time dateTime={turn.started_at}>{new Date(turn.started_at).toLocaleTimeString()}</time>
        {typeof turn.latency_ms === "number" && <span className="latency">answered in {latency(turn.latency_ms)}</span>}
        {turn.interrupted && <span className="interrupted">interrupted</span>}
      </p>
      <p className="turn-text">{turn.text}</p>
    </li>
  );
}
