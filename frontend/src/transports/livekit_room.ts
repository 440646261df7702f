// A call over LiveKit. One object is one Room: whoever comes back makes a new one, with a new token.

import {
  ConnectionState,
  DisconnectReason,
  RemoteAudioTrack,
  Room,
  RoomEvent,
  Track,
  type Participant,
  type RemoteParticipant,
} from "livekit-client";

import type { SessionOpened } from "../api/answers";
import { newestAgent } from "./newest_agent";
import type { Listener, Loss, Transport } from "./transport";

export class LiveKitRoom implements Transport {
  readonly #listener: Listener;
  readonly #room = new Room({ disconnectOnPageLeave: true, stopLocalTrackOnUnpublish: false });
  #agent: RemoteParticipant | null = null;
  #track: RemoteAudioTrack | null = null;

  constructor(listener: Listener) {
    this.#listener = listener;
  }

  async carry(way: SessionOpened, microphone: MediaStreamTrack, signal: AbortSignal): Promise<Loss> {
    const lost = this.#watch(signal);
    try {
      await this.#room.connect(way.url, way.token);
      this.#listener.onLink("connected");
      await this.#room.localParticipant.publishTrack(microphone, { source: Track.Source.Microphone });
      this.#listen();
      return await lost;
    } catch (error) {
      if (signal.aborted) {
        return "again";
      }
      throw error;
    } finally {
      this.#hush();
      await this.#room.disconnect(false); // the microphone goes on in the next Room
    }
  }

  /** Packets of the agent's sound; LiveKit sends some even while it is silent. */
  async progress(): Promise<number | null> {
    const report = await this.#track?.getRTCStatsReport();
    for (const stats of report?.values() ?? []) {
      if (stats.type === "inbound-rtp") {
        return Number(stats.packetsReceived ?? 0);
      }
    }
    return null;
  }

  async allowSound(): Promise<void> {
    await this.#room.startAudio();
  }

  #watch(signal: AbortSignal): Promise<Loss> {
    const room = this.#room;
    const reconnecting = () => this.#listener.onLink("reconnecting");
    room
      .on(RoomEvent.SignalReconnecting, reconnecting)
      .on(RoomEvent.Reconnecting, reconnecting)
      .on(RoomEvent.Reconnected, () => this.#listener.onLink("connected"))
      .on(RoomEvent.TrackSubscribed, () => this.#listen())
      .on(RoomEvent.TrackUnsubscribed, () => this.#listen())
      .on(RoomEvent.ParticipantConnected, () => this.#listen())
      .on(RoomEvent.ParticipantDisconnected, () => this.#listen())
      .on(RoomEvent.ActiveSpeakersChanged, (speakers) => this.#tellSpeaking(speakers))
      .on(RoomEvent.AudioPlaybackStatusChanged, () => this.#listener.onSoundBlocked(!room.canPlaybackAudio));
    return new Promise((resolve) => {
      room.on(RoomEvent.Disconnected, (reason) => resolve(lossOf(reason)));
      const leave = () => {
        resolve("again");
        void room.disconnect(false); // ends a connect that is still under way, too
      };
      signal.addEventListener("abort", leave, { once: true });
    });
  }

  /** Play the newest agent's sound, and nobody else's. */
  #listen(): void {
    const agent = newestAgent(this.#room.remoteParticipants.values());
    const track = agent?.getTrackPublication(Track.Source.Microphone)?.track ?? firstSound(agent);
    const wanted = track instanceof RemoteAudioTrack ? track : null;
    this.#agent = agent;
    if (wanted === this.#track) {
      return;
    }
    this.#hush();
    this.#track = wanted;
    if (wanted !== null) {
      document.body.append(wanted.attach());
    }
  }

  #hush(): void {
    for (const element of this.#track?.detach() ?? []) {
      element.remove();
    }
    this.#track = null;
    this.#listener.onAgentSpeaks(false);
  }

  #tellSpeaking(speakers: readonly Participant[]): void {
    const connected = this.#room.state === ConnectionState.Connected;
    const speaks = speakers.some((speaker) => speaker.identity === this.#agent?.identity);
    this.#listener.onAgentSpeaks(connected && speaks);
  }
}

/** An agent may name its track's source otherwise. */
function firstSound(agent: RemoteParticipant | null): Track | undefined {
  const publications = [...(agent?.audioTrackPublications.values() ?? [])];
  return publications.find((publication) => publication.track)?.track;
}

function lossOf(reason: DisconnectReason | undefined): Loss {
  return reason === DisconnectReason.DUPLICATE_IDENTITY ? "replaced" : "again";
}
