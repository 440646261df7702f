// The caller's microphone: asked for before a session is opened, so that a refusal costs nothing.

import { CallProblem, type Problem } from "../problem";

/** Ask for the microphone. */
export async function openMicrophone(): Promise<MediaStreamTrack> {
  if (!window.isSecureContext || !navigator.mediaDevices) {
    throw new CallProblem(NOT_SECURE);
  }
  try {
    const stream = await navigator.mediaDevices.getUserMedia({
      audio: { echoCancellation: true, noiseSuppression: true, autoGainControl: true, channelCount: 1 },
    });
    return stream.getAudioTracks()[0] as MediaStreamTrack;
  } catch (error) {
    throw new CallProblem(problemOfMicrophone(error));
  }
}

/** Say why there is no microphone. */
export function problemOfMicrophone(error: unknown): Problem {
  const name = error instanceof Error ? error.name : "";
  return PROBLEMS[name] ?? { ...BROKEN, why: `The browser said ${name || String(error)}.` };
}

export const GONE: Problem = {
  what: "The microphone is gone",
  why: "It was unplugged, or its permission was taken back.",
  todo: "Plug it in or allow it, then choose Try again: you come back into the same call.",
  code: "microphone_gone",
};

const NOT_SECURE: Problem = {
  what: "This page may not use the microphone",
  why: "Browsers give the microphone to pages over https or on this machine only.",
  todo: "Open the page by https.",
  code: "not_secure",
};

const BROKEN: Problem = {
  what: "The microphone does not work",
  why: "",
  todo: "Look whether another program uses it, then try again.",
  code: "microphone_broken",
};

const PROBLEMS: Readonly<Record<string, Problem>> = {
  NotAllowedError: {
    what: "The microphone is blocked",
    why: "This page was not allowed to use it, so the agent could not hear you.",
    todo: "Allow the microphone in the browser's address bar, then try again.",
    code: "microphone_denied",
  },
  NotFoundError: {
    what: "There is no microphone",
    why: "The browser found no device to record with.",
    todo: "Plug one in, then try again.",
    code: "microphone_missing",
  },
  NotReadableError: { ...BROKEN, why: "The system did not hand it over." },
};
