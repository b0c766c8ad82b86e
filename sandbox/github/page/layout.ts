import { createHash } from "node:crypto";

import { html, Html } from "./html.ts";
import type { Content } from "./html.ts";

const css = `
:root { color-scheme: light dark; --line: #8884; --quiet: #59636e; --paper: #fff; --ink: #1f2328; --link: #0550ae; --note: #fff8c5; --good: #116329; --bad: #a40e26; }
@media (prefers-color-scheme: dark) { :root { --quiet: #9198a1; --paper: #0d1117; --ink: #e6edf3; --link: #79b8ff; --note: #3b2f00; --good: #56d364; --bad: #ff7b72; } }
* { box-sizing: border-box; }
body { margin: 0; background: var(--paper); color: var(--ink); font: 16px/1.5 system-ui, sans-serif; }
header, main { max-width: 72rem; margin: 0 auto; padding: .75rem 1rem; }
.banner { background: var(--note); border-bottom: 1px solid var(--line); }
a { color: var(--link); }
h1 { font-size: 1.6rem; margin: .5rem 0; } h2 { font-size: 1.2rem; margin: 2rem 0 .5rem; border-bottom: 1px solid var(--line); } h3 { font-size: 1rem; margin: 1rem 0 .25rem; }
table { border-collapse: collapse; width: 100%; } th, td { text-align: left; vertical-align: top; padding: .3rem .6rem .3rem 0; border-bottom: 1px solid var(--line); }
.wide { overflow-x: auto; }
pre { overflow-x: auto; border: 1px solid var(--line); padding: .75rem; tab-size: 4; } code, pre { font: .9rem/1.45 ui-monospace, monospace; }
.quiet { color: var(--quiet); } .good { color: var(--good); } .bad { color: var(--bad); }
.tag { border: 1px solid var(--line); border-radius: 1rem; padding: 0 .5rem; font-size: .85rem; white-space: nowrap; }
nav a { margin-right: .75rem; } ul { padding-left: 1.25rem; margin: .25rem 0; }
label { display: block; margin: .5rem 0; } input, select, button { font: inherit; }
`;

/** In one piece: its digest is in the headers. */
const style = new Html(`<style>${css}</style>`);

/** Headers of every page: nothing but this style is loaded, run, framed or told to anybody. */
export const pageHeaders = {
  "Content-Type": "text/html; charset=utf-8",
  "Cache-Control": "no-store",
  "Content-Security-Policy": `default-src 'none'; style-src 'sha256-${createHash("sha256").update(css).digest("base64")}'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'`,
  "Referrer-Policy": "no-referrer",
  "X-Content-Type-Options": "nosniff",
} as const;

/** A step on the way to a page. */
export interface Crumb {
  readonly text: string;
  readonly path: string;
}

/** A whole page. @param way the pages above it */
export function document(title: string, way: readonly Crumb[], body: Content): string {
  const page = html`<html lang="en">
    <head>
      <meta charset="utf-8" />
      <meta name="viewport" content="width=device-width, initial-scale=1" />
      <title>${title} · GitHub stand-in</title>
      ${style}
    </head>
    <body>
      <div class="banner">
        <header>
          This is <b>Drover’s stand-in for GitHub</b>, on this machine alone. Nothing here is on github.com.
        </header>
      </div>
      <header>
        <nav>
          ${[{ text: "Organizations", path: "/" }, ...way].map(({ text, path }) => html`<a href="${path}">${text}</a>`)}
        </nav>
      </header>
      <main>
        <h1>${title}</h1>
        ${body}
      </main>
    </body>
  </html>`;
  return `<!doctype html>\n${page.text}\n`;
}

/** A section with a heading; says so where there is nothing in it. */
export const section = (title: string, content: Content, isEmpty = false): Html =>
  html`<h2>${title}</h2>
    ${isEmpty ? html`<p class="quiet">None.</p>` : content}`;

/** A table. */
export const table = (heads: readonly string[], rows: readonly (readonly Content[])[]): Html =>
  html`<div class="wide">
    <table>
      <thead>
        <tr>
          ${heads.map((head) => html`<th scope="col">${head}</th>`)}
        </tr>
      </thead>
      <tbody>
        ${rows.map(
          (cells) =>
            html`<tr>
              ${cells.map((cell) => html`<td>${cell}</td>`)}
            </tr>`,
        )}
      </tbody>
    </table>
  </div>`;

/** A list with bullets. */
export const list = (items: readonly Content[]): Html =>
  html`<ul>
    ${items.map((item) => html`<li>${item}</li>`)}
  </ul>`;

/** A link; the path's parts are encoded already. */
export const link = (path: string, text: Content): Html => html`<a href="${path}">${text}</a>`;

/** A moment, as people read it. */
export const moment = (at: string | null): Content =>
  at === null ? "–" : html`<time datetime="${at}">${at.replace("T", " ").replace("Z", " UTC")}</time>`;
