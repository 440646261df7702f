// Whether both sides hear each other, in a word; a change is read out.

import type { CallState } from "../call/state";
import { LINKS } from "../words";

export function ConnectionState({ call }: { call: CallState }) {
  return (
    <p className="link" data-link={call.link} role="status">
      <span className="dot" aria-hidden="true" />
      {LINKS[call.link]}
    </p>
  );
}
