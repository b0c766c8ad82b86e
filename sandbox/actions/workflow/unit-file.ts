import { isMap, isScalar, parseDocument } from "yaml";

/** A workflow file's text with some of its jobs alone, under the name that GitHub gives it. What remains is as it was. */
export function unitFile(text: string, name: string, jobs: readonly string[]): string {
  const document = parseDocument(text);
  const all = document.get("jobs");
  if (isMap(all))
    all.items = all.items.filter(({ key }) => jobs.includes(isScalar(key) ? String(key.value) : String(key)));
  document.set("name", name);
  return document.toString({ lineWidth: 0 });
}
