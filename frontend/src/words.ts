// What the page says, in one place.

import type { TransportName } from "./api/answers";
import type { Link } from "./call/state";
import type { Reason, Speaker, State } from "./contract";

export const LANGUAGES: Readonly<Record<string, string>> = {
  en: "English",
  ja: "日本語",
  es: "Español",
  fr: "Français",
  ko: "한국어",
};

const PIPELINES: Readonly<Record<string, string>> = {
  local: "Local models, no key",
  deepgram_openai: "Deepgram · OpenAI · ElevenLabs",
  azure_realtime: "Azure OpenAI Realtime",
  azure_speech: "Azure Speech · Azure OpenAI",
  gemini_live: "Gemini Live",
  gemini_chat: "Deepgram · Gemini · ElevenLabs",
};

export const TRANSPORTS: Readonly<Record<TransportName, { name: string; about: string }>> = {
  livekit: { name: "LiveKit", about: "WebRTC: the lowest latency" },
  websocket: { name: "WebSocket", about: "Where a network blocks WebRTC" },
};

export const LINKS: Readonly<Record<Link, string>> = {
  connecting: "Connecting",
  connected: "Connected",
  reconnecting: "Reconnecting",
  problem: "Connection problem",
};

export const SPEAKERS: Readonly<Record<Speaker, string>> = { caller: "You", agent: "Agent" };

export const STATES: Readonly<Record<State, string>> = {
  requested: "Requested",
  dispatched: "Waiting for the agent",
  active: "In the call",
  reconnecting: "Waiting for you to come back",
  ended: "Ended, the record is being finished",
  completed: "Completed",
};

export const REASONS: Readonly<Record<Reason, string>> = {
  hangup: "You hung up.",
  stop_word: "A stop word was said.",
  agent_finished: "The agent finished the conversation.",
  max_duration: "The call reached its maximum duration.",
  idle: "Nobody said anything for too long.",
  budget: "The budget was used up.",
  no_show: "Nobody joined the call.",
  not_rejoined: "You did not come back in time.",
  no_agent: "No agent took the call.",
  agent_lost: "The agent was lost.",
  media_unavailable: "The media service did not answer.",
  unknown_pipeline: "The agent does not have this pipeline.",
  invalid_metadata: "The agent could not read what it was told.",
  provider_failed: "A provider of the pipeline failed.",
  drained: "The service went away for maintenance.",
  stuck: "The call was stuck and was cleaned up.",
  forced: "The call was closed by force.",
};

const UNITS: Readonly<Record<string, string>> = {
  input_tokens: "input tokens",
  output_tokens: "output tokens",
  cached_tokens: "cached tokens",
  characters: "characters",
  audio_seconds: "seconds of audio",
};

/** A name that the page does not know is shown as it is. */
export function pipelineName(name: string): string {
  return PIPELINES[name] ?? name;
}

export function unitName(unit: string): string {
  return UNITS[unit] ?? unit;
}

export function dollars(amount: string | number): string {
  const number = Number(amount);
  const digits = number !== 0 && Math.abs(number) < 1 ? 4 : 2;
  return `$${number.toFixed(digits)}`;
}

export function duration(milliseconds: number): string {
  const seconds = Math.max(0, Math.round(milliseconds / 1000));
  const parts = [Math.floor(seconds / 60) % 60, seconds % 60].map((part) => String(part).padStart(2, "0"));
  const hours = Math.floor(seconds / 3600);
  return hours > 0 ? `${hours}:${parts.join(":")}` : parts.join(":");
}

export function latency(milliseconds: number): string {
  return `${(milliseconds / 1000).toFixed(2)} s`;
}

export function quantity(amount: string): string {
  return Number(amount).toLocaleString("en", { maximumFractionDigits: 2 });
}
