import fc from "fast-check";

const names = fc.stringMatching(/^[a-z][a-z0-9]{0,8}$/);
/** Texts that YAML, shells or GitHub's expressions could misunderstand. */
const awkward = fc.oneof(
  fc.constantFrom("true", "1.10", "on", "'", '"', "# x", "a: b", "$ { x }", "- x", "é\u2028", "null", "|"),
  fc.stringMatching(/^[ -~]*[!-~][ -~]*$/).filter((text) => !text.includes("${{")),
);
const branch = fc.constantFrom("develop", "main", "master", "main3", "true", "1.10", "release/2.x", "on");
const variables = fc.dictionary(fc.stringMatching(/^[A-Z_][A-Z0-9_]{0,6}$/), awkward, { maxKeys: 3 });

const build = {
  dockerfile: fc.constantFrom("Dockerfile2", "deployment/Dockerfile"),
  context: fc.constantFrom("src", "docker/gtdb"),
  target: awkward,
  arguments: variables,
  test: awkward,
};

const branches = fc
  .record({ develop: fc.option(branch, { nil: undefined }), release: fc.option(branch, { nil: undefined }) })
  .filter(({ develop, release }) => develop !== release && (develop ?? release) !== undefined)
  .map((all) => Object.fromEntries(Object.entries(all).filter(([, name]) => name !== undefined)));

/** Entries of the list as people write them, all of them right; secrets are out of `A`, `B` and `C`. */
export const rawEntries: fc.Arbitrary<Readonly<Record<string, unknown>>> = fc
  .record(
    {
      name: names,
      image: fc.oneof(
        names.map((name) => `${name}-image`),
        fc.record({ name: names.map((name) => `${name}-image`), ...build }, { requiredKeys: [] }),
      ),
      images: fc.uniqueArray(names, { maxLength: 2 }).map((all) => all.map((name) => ({ name: `extra-${name}` }))),
      branches,
      checks: fc.uniqueArray(names, { maxLength: 2 }),
      secrets: fc.constant(["A", "B", "C"]),
      buildSecrets: fc.subarray(["A", "B", "C"]),
      retention: fc.record({ days: fc.integer({ min: 1, max: 99 }), keep: fc.nat(9) }),
      latest: fc.constantFrom("merge", "release"),
      attestations: fc.boolean(),
    },
    { requiredKeys: ["name", "secrets"] },
  )
  .map((entry) => ({ ...entry }));

/** The same value with the keys of every object in another order, chosen by numbers. */
export function shuffled(value: unknown, numbers: Iterator<number>): unknown {
  if (Array.isArray(value)) return value.map((item) => shuffled(item, numbers));
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .map(([key, inner]) => ({ key, inner: shuffled(inner, numbers), place: Number(numbers.next().value) }))
      .sort((a, b) => a.place - b.place)
      .map(({ key, inner }) => [key, inner]),
  );
}
