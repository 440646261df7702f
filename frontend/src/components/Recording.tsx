// The recording, playing here; its address is good for a few minutes, and asked for again once it has failed.

import { useRef } from "react";

import type { SessionDetail, SessionObject } from "../api/answers";

const FILES: Readonly<Record<SessionObject["kind"], string>> = {
  audio: "Sound",
  video: "Video",
  transcript: "Transcript",
};

export function Recording({ record, onExpired }: { record: SessionDetail; onExpired: () => void }) {
  const asked = useRef(false);
  const again = () => {
    if (!asked.current) {
      asked.current = true;
      onExpired();
    }
  };
  const played = () => {
    asked.current = false;
  };
  const playable = record.objects.find(({ kind }) => kind === "video") ?? record.objects.find(({ kind }) => kind === "audio");
  return (
    <>
      <h2>Recording</h2>
      {!playable && <p className="empty">{nothing(record)}</p>}
      {playable?.kind === "video" && (
        <video controls preload="metadata" src={playable.url} onError={again} onPlaying={played} aria-label="Recording" />
      )}
      {playable?.kind === "audio" && (
        <audio controls preload="metadata" src={playable.url} onError={again} onPlaying={played} aria-label="Recording" />
      )}
      <ul className="files">
        {record.objects.map(({ kind, key, url }) => (
          <li key={key}>
            <a href={url} target="_blank" rel="noreferrer">
              {FILES[kind]} <code>{key.split("/").at(-1)}</code>
            </a>
          </li>
        ))}
      </ul>
    </>
  );
}

function nothing(record: SessionDetail): string {
  return record.state === "completed" ? "There is no recording of this call." : "The recording is being made.";
}
