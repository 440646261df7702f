// What the call shall be.

import { useState, type FormEvent } from "react";

import type { SessionRequest, TransportName } from "../api/answers";
import type { CallState } from "../call/state";
import type { Settings } from "../settings";
import { LANGUAGES, pipelineName, TRANSPORTS } from "../words";
import { ProblemNotice } from "./ProblemNotice";
import { ViewHeading } from "./ViewHeading";

interface Props {
  settings: Settings;
  call: CallState;
  onStart: (request: SessionRequest) => void;
}

export function StartForm({ settings, call, onStart }: Props) {
  const [pipeline, setPipeline] = useState(() => firstChoice(settings.pipelines));
  const [language, setLanguage] = useState("en");
  const [transport, setTransport] = useState<TransportName>(settings.transports[0] ?? "websocket");
  const opening = call.phase === "opening";
  const submit = (event: FormEvent) => {
    event.preventDefault();
    onStart({ simulation_service: pipeline, language, transport });
  };
  return (
    <form className="card" onSubmit={submit}>
      <ViewHeading>Start a call</ViewHeading>
      <p className="lead">Talk to an agent. You see what is said as it is said, and keep the record.</p>
      <ProblemNotice problem={call.problem} />
      <label className="field">
        <span>Pipeline</span>
        <select value={pipeline} onChange={(event) => setPipeline(event.target.value)}>
          {settings.pipelines.map((name) => (
            <option key={name} value={name}>
              {pipelineName(name)}
            </option>
          ))}
        </select>
      </label>
      <label className="field">
        <span>Language</span>
        <select value={language} onChange={(event) => setLanguage(event.target.value)}>
          {Object.entries(LANGUAGES).map(([code, name]) => (
            <option key={code} value={code} lang={code}>
              {name}
            </option>
          ))}
        </select>
      </label>
      <TransportChoice offered={settings.transports} chosen={transport} onChoose={setTransport} />
      <button type="submit" className="primary" disabled={opening}>
        {opening ? "Starting…" : "Start the call"}
      </button>
      <p className="note">Your browser asks for the microphone. The call is recorded.</p>
    </form>
  );
}

interface ChoiceProps {
  offered: readonly TransportName[];
  chosen: TransportName;
  onChoose: (transport: TransportName) => void;
}

function TransportChoice({ offered, chosen, onChoose }: ChoiceProps) {
  return (
    <fieldset className="choices">
      <legend>Transport</legend>
      {offered.map((name) => (
        <label key={name} className="choice">
          <input type="radio" name="transport" value={name} checked={chosen === name} onChange={() => onChoose(name)} />
          <span>
            <strong>{TRANSPORTS[name].name}</strong>
            <small>{TRANSPORTS[name].about}</small>
          </span>
        </label>
      ))}
    </fieldset>
  );
}

/** What runs without a key runs everywhere. */
function firstChoice(pipelines: readonly string[]): string {
  return pipelines.includes("local") ? "local" : (pipelines[0] ?? "");
}
