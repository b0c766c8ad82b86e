/** A path of the description, taken apart. */
export interface PathTemplate {
  /** As `/repos/{owner}/{repo}`. */
  readonly path: string;
  readonly methods: ReadonlySet<string>;
  /** The parameters' names, in the order of the pattern's groups. */
  readonly names: readonly string[];
  readonly pattern: RegExp;
  /** How specific each segment is: literal text before a parameter before one that may hold slashes. */
  readonly rank: readonly number[];
}

/** A request's path, found in the description. */
export interface FoundPath {
  readonly path: string;
  /** Decoded. */
  readonly parameters: Readonly<Record<string, string>>;
}

/**
 * Makes a template of a path.
 * @param multiSegment the names of parameters that may hold slashes
 */
export function pathTemplate(
  path: string,
  methods: readonly string[],
  multiSegment: ReadonlySet<string>,
): PathTemplate {
  const names: string[] = [];
  const rank: number[] = [];
  const source = path
    .slice(1)
    .split("/")
    .map((segment) => {
      const parts = segment.split(/\{([^}]+)\}/u);
      const own = parts.filter((_, index) => index % 2 === 1);
      names.push(...own);
      const many = own.some((name) => multiSegment.has(name));
      rank.push(own.length === 0 ? 0 : many ? 3 : segment.startsWith("{") && segment.endsWith("}") ? 2 : 1);
      return parts
        .map((part, index) => (index % 2 === 0 ? escaped(part) : multiSegment.has(part) ? "(.+)" : "([^/]+?)"))
        .join("");
    })
    .join("/");
  return { path, methods: new Set(methods), names, pattern: new RegExp(`^/${source}$`, "u"), rank };
}

const escaped = (text: string) => text.replaceAll(/[.*+?^${}()|[\]\\]/gu, String.raw`\$&`);

/**
 * Orders templates so that the first that fits is the one meant: `/repos/{owner}/{repo}/branches/{branch}/protection`
 * before `/repos/{owner}/{repo}/branches/{branch}`, whose branch may hold slashes.
 */
export function bySpecificity(a: PathTemplate, b: PathTemplate): number {
  const many = Number(a.rank.includes(3)) - Number(b.rank.includes(3));
  if (many !== 0) return many;
  if (a.rank.includes(3) && a.rank.length !== b.rank.length) return b.rank.length - a.rank.length;
  for (const [index, rank] of a.rank.entries()) {
    const difference = rank - (b.rank[index] ?? 0);
    if (difference !== 0) return difference;
  }
  return 0;
}

/** Finds a request's path among ordered templates; the description's methods are in lower case. */
export function findPath(templates: readonly PathTemplate[], method: string, path: string): FoundPath | undefined {
  for (const template of templates) {
    if (!template.methods.has(method)) continue;
    const found = template.pattern.exec(path);
    if (found === null) continue;
    const parameters = Object.fromEntries(
      template.names.map((name, index) => [name, decodeURIComponent(found[index + 1] ?? "")]),
    );
    return { path: template.path, parameters };
  }
  return undefined;
}

/**
 * Paths that GitHub serves and does not describe, and that its Terraform provider uses, in the form of their described
 * siblings: by ids in place of names.
 */
export function describedPath(path: string): string {
  return path
    .replace(/^\/api\/v3(?=\/|$)/u, "")
    .replace(/^\/repositories\/(?<id>\d+)(?=\/|$)/u, "/repos/by-id/$<id>")
    .replace(/^\/organizations\/(?<id>\d+)\/team\/(?<team>\d+)(?=\/|$)/u, "/orgs/$<id>/teams/$<team>")
    .replace(/^\/organizations\/(?<id>\d+)(?=\/|$)/u, "/orgs/$<id>");
}
