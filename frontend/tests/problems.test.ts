// Every failure is told as what, why and what to do.

import { expect, test } from "vitest";

import { readProblem } from "../src/api/refusals";
import { CallProblem } from "../src/problem";
import { servedSettings } from "../src/settings";
import { problemOfMicrophone } from "../src/sound/microphone";

test("the API's own words are shown", () => {
  const body = { title: "Unknown pipeline", detail: "simulation_service is 'x'", hint: "choose one of local", code: "pipeline_unknown" };

  expect(readProblem(body, 422)).toEqual({
    what: "Unknown pipeline",
    why: "simulation_service is 'x'",
    todo: "choose one of local",
    code: "pipeline_unknown",
  });
});

test.each([
  [502, "gateway"],
  [500, "http_500"],
])("an answer %i that is not the API's is told too", (status, code) => {
  const problem = readProblem(null, status);

  expect(problem.code).toBe(code);
  expect([problem.what, problem.why, problem.todo].every(Boolean)).toBe(true);
});

test.each([
  ["NotAllowedError", "microphone_denied"],
  ["NotFoundError", "microphone_missing"],
  ["NotReadableError", "microphone_broken"],
  ["AbortError", "microphone_broken"],
])("%s of a microphone is %s", (name, code) => {
  const problem = problemOfMicrophone(new DOMException("", name));

  expect(problem.code).toBe(code);
  expect([problem.what, problem.why, problem.todo].every(Boolean)).toBe(true);
});

test("a page that does not know its API says so", () => {
  expect(() => servedSettings({ api_url: "" })).toThrow(CallProblem);
  expect(() => servedSettings(null)).toThrow(CallProblem);
});

test("settings are read as they are served", () => {
  expect(servedSettings({ api_url: "http://127.0.0.1:1", api_key: "k", pipelines: ["local"] })).toEqual({
    apiUrl: "http://127.0.0.1:1",
    apiKey: "k",
    environment: "local",
    pipelines: ["local"],
    transports: ["livekit", "websocket"],
  });
});

test.each([
  { told: ["websocket"], offered: ["websocket"] },
  { told: ["websocket", "livekit"], offered: ["livekit", "websocket"] },
  { told: [], offered: ["livekit", "websocket"] },
  { told: ["telepathy"], offered: ["livekit", "websocket"] },
])("of $told the page offers $offered", ({ told, offered }) => {
  expect(servedSettings({ api_url: "http://127.0.0.1:1", transports: told }).transports).toEqual(offered);
});
