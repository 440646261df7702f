// The API key, where none came with the page; it stays in this tab.

import { useState, type FormEvent } from "react";

import type { Problem } from "../problem";
import { ProblemNotice } from "./ProblemNotice";
import { ViewHeading } from "./ViewHeading";

export function KeyForm({ problem, onKey }: { problem: Problem | null; onKey: (key: string) => void }) {
  const [key, setKey] = useState("");
  const submit = (event: FormEvent) => {
    event.preventDefault();
    onKey(key.trim());
  };
  return (
    <form className="card" onSubmit={submit}>
      <ViewHeading>Sign in</ViewHeading>
      <p className="lead">Enter the platform’s API key. It is kept in this tab until you close it, and goes to the API only.</p>
      <ProblemNotice problem={problem} />
      <label className="field">
        <span>API key</span>
        <input type="password" autoComplete="off" required value={key} onChange={(event) => setKey(event.target.value)} />
      </label>
      <button type="submit" className="primary">
        Continue
      </button>
    </form>
  );
}
