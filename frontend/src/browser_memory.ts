// What survives a reload of this tab, and nothing else: the call that is on, and the key that was entered.

import type { TransportName } from "./api/answers";

const CALL = "voiceplane.call";
const KEY = "voiceplane.key";

export interface RememberedCall {
  id: string;
  transport: TransportName;
}

/** Answer the call this tab was in, if it was in one. */
export function rememberedCall(): RememberedCall | null {
  const text = sessionStorage.getItem(CALL);
  return text === null ? null : (JSON.parse(text) as RememberedCall);
}

export function rememberCall(call: RememberedCall): void {
  sessionStorage.setItem(CALL, JSON.stringify({ id: call.id, transport: call.transport }));
}

export function forgetCall(): void {
  sessionStorage.removeItem(CALL);
}

export function rememberedKey(): string {
  return sessionStorage.getItem(KEY) ?? "";
}

export function rememberKey(key: string): void {
  sessionStorage.setItem(KEY, key);
}

export function forgetKey(): void {
  sessionStorage.removeItem(KEY);
}
