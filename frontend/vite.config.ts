import react from "@vitejs/plugin-react";
import { defineConfig, type Plugin } from "vite";

// The page holds an API key for as long as its tab is open: no script but its own may run beside it.
const POLICY = [
  "default-src 'self'",
  "connect-src 'self' http: https: ws: wss:",
  "media-src 'self' http: https: blob:",
  "img-src 'self' data:",
  "object-src 'none'",
  "base-uri 'none'",
  "form-action 'none'",
].join("; ");

/** The development server needs scripts in the page; what is built has none. */
function contentSecurityPolicy(): Plugin {
  return {
    name: "content-security-policy",
    apply: "build",
    transformIndexHtml: () => [
      { tag: "meta", attrs: { "http-equiv": "Content-Security-Policy", content: POLICY }, injectTo: "head-prepend" },
    ],
  };
}

export default defineConfig({
  plugins: [react(), contentSecurityPolicy()],
  build: {
    target: "es2023",
    assetsInlineLimit: 0, // an audio worklet in a data: address would be refused by the policy
    modulePreload: { polyfill: false },
    chunkSizeWarningLimit: 700, // livekit-client, loaded when a call needs it
  },
});
