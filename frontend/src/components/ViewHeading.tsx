// The heading of a view; it takes the focus when the view appears, so that nobody is left where a button was.

import { useEffect, useRef, type ReactNode } from "react";

export function ViewHeading({ children }: { children: ReactNode }) {
  const heading = useRef<HTMLHeadingElement>(null);
  useEffect(() => heading.current?.focus(), []);
  return (
    <h1 ref={heading} tabIndex={-1}>
      {children}
    </h1>
  );
}
