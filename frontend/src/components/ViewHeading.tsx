// The heading of a view; it takes the focus when the view follows another, so that nobody is left where a button was.

import { useEffect, useRef, type ReactNode } from "react";

let isFirst = true;

export function ViewHeading({ children }: { children: ReactNode }) {
  const heading = useRef<HTMLHeadingElement>(null);
  useEffect(() => {
    if (!isFirst) {
      heading.current?.focus();
    }
    isFirst = false;
  }, []);
  return (
    <h1 ref={heading} tabIndex={-1}>
      {children}
    </h1>
  );
}
