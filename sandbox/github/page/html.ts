/** Text that is HTML already. Only `html` makes it, so that everything else is escaped. */
export class Html {
  readonly text: string;

  constructor(text: string) {
    this.text = text;
  }
}

/** What can stand in HTML: lists one after another, nothing for what is missing. */
export type Content = Html | string | number | null | undefined | false | readonly Content[];

/** HTML with values in it, each escaped unless it is HTML itself. Attributes must be in double quotes. */
export const html = (parts: TemplateStringsArray, ...values: readonly Content[]): Html =>
  new Html(parts.map((part, index) => part + escaped(values[index])).join(""));

function escaped(content: Content): string {
  if (content === null || content === undefined || content === false) return "";
  if (content instanceof Html) return content.text;
  if (typeof content === "string" || typeof content === "number") return escape(String(content));
  return content.map(escaped).join("");
}

const entities: Readonly<Record<string, string>> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
  "'": "&#39;",
};

const escape = (text: string) => text.replaceAll(/[&<>"']/gu, (character) => entities[character] ?? "");
