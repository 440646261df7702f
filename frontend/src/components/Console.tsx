// The one screen: a form, a call, or its record.

import { useEffect, useMemo, useRef, useState, useSyncExternalStore } from "react";

import { Api } from "../api/client";
import { forgetKey, rememberKey, rememberedKey } from "../browser_memory";
import { CallDesk } from "../call/desk";
import type { Settings } from "../settings";
import { CallView } from "./CallView";
import { KeyForm } from "./KeyForm";
import { RecordView } from "./RecordView";
import { StartForm } from "./StartForm";

export function Console({ settings }: { settings: Settings }) {
  const [key, setKey] = useState(() => settings.apiKey || rememberedKey());
  const desk = useDesk(settings, key, setKey);
  const call = useSyncExternalStore(desk.subscribe, desk.state);

  useEffect(() => {
    if (key) {
      void desk.resume();
    }
  }, [desk, key]);
  useTitle(call.phase);

  return (
    <>
      <header className="masthead">
        <span className="brand">
          <img src="/icon.svg" alt="" width="28" height="28" /> Voiceplane
        </span>
        {settings.environment && <span className="environment">{settings.environment}</span>}
      </header>
      <main className="page">
        {!key && <KeyForm problem={call.problem} onKey={setKey} />}
        {key && (call.phase === "start" || call.phase === "opening") && (
          <StartForm settings={settings} call={call} onStart={(request) => void desk.start(request)} />
        )}
        {key && call.phase === "live" && <CallView call={call} desk={desk} />}
        {key && call.phase === "over" && <RecordView call={call} desk={desk} />}
      </main>
    </>
  );
}

/** One desk for the page's life; it asks for the key when it needs it. */
function useDesk(settings: Settings, key: string, setKey: (key: string) => void): CallDesk {
  const latest = useRef(key);
  latest.current = key;
  useEffect(() => {
    if (key && !settings.apiKey) {
      rememberKey(key);
    }
  }, [key, settings]);
  return useMemo(() => {
    const refused = () => {
      forgetKey();
      setKey("");
    };
    return new CallDesk(new Api(settings.apiUrl, () => latest.current), refused);
  }, [settings, setKey]);
}

const TITLES = { start: "Voiceplane", opening: "Connecting", live: "In a call", over: "Call record" } as const;

function useTitle(phase: keyof typeof TITLES): void {
  useEffect(() => {
    document.title = phase === "start" ? TITLES.start : `${TITLES[phase]} · Voiceplane`;
  }, [phase]);
}
