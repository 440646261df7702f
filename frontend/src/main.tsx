// Where the page begins: settings first, then the console.

import { createRoot } from "react-dom/client";

import { Console } from "./components/Console";
import { ProblemNotice } from "./components/ProblemNotice";
import { problemOf } from "./problem";
import { readSettings } from "./settings";
import "./styles.css";

const root = createRoot(document.getElementById("root") as HTMLElement);

try {
  root.render(<Console settings={await readSettings()} />);
} catch (error) {
  root.render(
    <main className="page">
      <h1>Voiceplane</h1>
      <ProblemNotice problem={problemOf(error)} />
    </main>,
  );
}
