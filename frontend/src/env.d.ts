interface ImportMetaEnv {
  readonly VITE_ENVIRONMENT?: string;
  readonly VITE_API_URL?: string;
  readonly VITE_PIPELINES?: string;
}

interface ImportMeta {
  readonly env: ImportMetaEnv;
}

// What an audio worklet's scope has and TypeScript's DOM library does not describe.
declare class AudioWorkletProcessor {
  readonly port: MessagePort;
}
declare function registerProcessor(name: string, processor: new () => AudioWorkletProcessor): void;
declare const sampleRate: number;
