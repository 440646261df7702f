// Where the API is. On AWS it was built into the page; on a laptop the page asks its own server.

import type { TransportName } from "./api/answers";
import { PIPELINES } from "./contract";
import { CallProblem } from "./problem";

export interface Settings {
  apiUrl: string;
  /** For development only; on AWS the person enters it. */
  apiKey: string;
  environment: string;
  pipelines: readonly string[];
  /** Never empty; the first is the best. */
  transports: readonly TransportName[];
}

const CONFIG = "/config.json";
const TRANSPORTS: readonly TransportName[] = ["livekit", "websocket"];

export async function readSettings(): Promise<Settings> {
  const built = import.meta.env;
  if (built.VITE_API_URL) {
    return {
      apiUrl: built.VITE_API_URL,
      apiKey: "",
      environment: built.VITE_ENVIRONMENT ?? "",
      pipelines: (built.VITE_PIPELINES ?? "").split(",").filter(Boolean),
      transports: TRANSPORTS,
    };
  }
  return servedSettings(await fetchConfig());
}

/** Read what `config.json` says. */
export function servedSettings(told: unknown): Settings {
  const { api_url, api_key, environment, pipelines, transports } = (told ?? {}) as Record<string, unknown>;
  if (typeof api_url !== "string" || !api_url) {
    throw unconfigured(`${CONFIG} has no api_url`);
  }
  return {
    apiUrl: api_url,
    apiKey: typeof api_key === "string" ? api_key : "",
    environment: typeof environment === "string" ? environment : "local",
    pipelines: Array.isArray(pipelines) ? pipelines.map(String) : [...PIPELINES],
    transports: knownTransports(transports),
  };
}

/** A laptop may have no LiveKit server; a platform that says nothing has both. */
function knownTransports(told: unknown): readonly TransportName[] {
  const known = Array.isArray(told) ? TRANSPORTS.filter((name) => told.includes(name)) : [];
  return known.length > 0 ? known : TRANSPORTS;
}

async function fetchConfig(): Promise<unknown> {
  try {
    const answer = await fetch(CONFIG, { cache: "no-store" });
    if (!answer.ok) {
      throw new Error(`${CONFIG} answered ${answer.status}`);
    }
    return await answer.json();
  } catch (error) {
    throw unconfigured(error instanceof Error ? error.message : String(error));
  }
}

function unconfigured(why: string): CallProblem {
  return new CallProblem({
    what: "This page does not know its API",
    why,
    todo: "Build it with VITE_API_URL, or serve it with `make up`, which writes config.json.",
    code: "unconfigured",
  });
}
