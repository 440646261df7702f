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
import { NewestAgent } from "./newest_agent";
import type { Listener, Loss, Transport } from "./transport";

export class LiveKitRoom implements Transport {
  readonly #listener: Listener;
  readonly #room = new Room({ disconnectOnPageLeave: true, stopLocalTrackOnUnpublish: false });
  readonly #newest = new NewestAgent();
  #agent: RemoteParticipant | null = null;
  #track: RemoteAudioTrack | null = null;
  #player: HTMLMediaElement | null = null;
  #left = false;

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
      this.#left = true; // the Room takes its tracks down one by one, and tells of each
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
    if (this.#left) {
      return;
    }
    this.#agent = this.#newest.choose(this.#room.remoteParticipants.values());
    const track = soundOf(this.#agent);
    if (track !== this.#track) {
      this.#hush();
      this.#track = track;
      if (track !== null) {
        this.#player = track.attach();
        document.body.append(this.#player);
      }
    }
    this.#tellSpeaking(this.#room.activeSpeakers); // told of changes only, and who counts has changed
  }

  #hush(): void {
    this.#track?.detach();
    this.#player?.remove();
    this.#track = this.#player = null;
    this.#listener.onAgentSpeaks(false);
  }

  #tellSpeaking(speakers: readonly Participant[]): void {
    const connected = this.#room.state === ConnectionState.Connected;
    const speaks = speakers.some((speaker) => speaker.identity === this.#agent?.identity);
    this.#listener.onAgentSpeaks(connected && speaks);
  }
}

function soundOf(agent: RemoteParticipant | null): RemoteAudioTrack | null {
  const publications = [...(agent?.audioTrackPublications.values() ?? [])];
  const track = publications.find((publication) => publication.track)?.track;
  return track instanceof RemoteAudioTrack ? track : null;
}

function lossOf(reason: DisconnectReason | undefined): Loss {
  return reason === DisconnectReason.DUPLICATE_IDENTITY ? "replaced" : "again";
}
