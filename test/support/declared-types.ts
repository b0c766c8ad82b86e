import { readFileSync } from "node:fs";
import path from "node:path";

import ts from "typescript";
import * as z from "zod";

import { checkout } from "../../sandbox/world/layout.ts";
import { asLines, asObject, fileName } from "./visible-types.ts";
import type { PackagePart, VisibleProperty, VisibleType } from "./visible-types.ts";

type Members = ts.NodeArray<ts.TypeElement | ts.ClassElement>;

const PackageFile = z.looseObject({ version: z.string() });

/** Wrappers of the SDK that say nothing about the shape. */
const transparent = new Set(["pulumi.Input", "pulumi.Output"]);

/** Reads the types of an npm package `@pulumi/<name>` out of its TypeScript declarations. */
export class DeclaredTypes {
  readonly #folder: string;
  readonly #files = new Map<string, ReadonlyMap<string, Members>>();

  constructor(packageName: string) {
    this.#folder = path.join(checkout, "node_modules", "@pulumi", packageName);
  }

  /** The package's version. */
  get version(): string {
    return PackageFile.parse(JSON.parse(readFileSync(path.join(this.#folder, "package.json"), "utf8"))).version;
  }

  /** The names of all resources and functions. */
  names(part: "resource" | "function"): string[] {
    const index = readFileSync(path.join(this.#folder, "index.d.ts"), "utf8");
    const exported = [...index.matchAll(/^export declare const (\w+): typeof import\("\.\/\w+"\)\.\1;$/gm)];
    return exported
      .map(([, name = ""]) => name)
      .filter(
        (name) => name !== "Provider" && !name.endsWith("Output") && /^[a-z]/.test(name) === (part === "function"),
      )
      .sort();
  }

  /** @throws Error for a type that the package does not declare, or declares in a way that is not understood here */
  type(part: PackagePart, name: string): VisibleType {
    const file = fileName(name);
    const pascal = name.charAt(0).toUpperCase() + name.slice(1);
    const lines = (declaration: string) => asLines(this.#properties(this.#members(file, declaration)));
    switch (part) {
      case "function":
        return {
          // A function that takes nothing has no such type.
          inputs: this.#declarations(file).has(`${pascal}Args`) ? lines(`${pascal}Args`) : [],
          state: [],
          outputs: lines(`${pascal}Result`),
          secrets: [],
        };
      case "provider":
        return { inputs: lines(`${pascal}Args`), state: [], outputs: [], secrets: this.#secrets(file) };
      case "resource":
        return {
          inputs: lines(`${pascal}Args`),
          state: lines(`${pascal}State`),
          outputs: lines(pascal),
          secrets: this.#secrets(file),
        };
    }
  }

  /** The interfaces and classes of a file, read once. */
  #declarations(file: string): ReadonlyMap<string, Members> {
    const known = this.#files.get(file);
    if (known !== undefined) return known;
    const text = readFileSync(path.join(this.#folder, `${file}.d.ts`), "utf8");
    const { statements } = ts.createSourceFile(file, text, ts.ScriptTarget.Latest);
    const found = new Map(
      statements.flatMap((statement) =>
        (ts.isInterfaceDeclaration(statement) || ts.isClassDeclaration(statement)) && statement.name !== undefined
          ? [[statement.name.text, statement.members] as const]
          : [],
      ),
    );
    this.#files.set(file, found);
    return found;
  }

  #members(file: string, declaration: string): Members {
    const members = this.#declarations(file).get(declaration);
    if (members === undefined) throw new Error(`${this.#folder}/${file}.d.ts declares no ${declaration}`);
    return members;
  }

  #properties(members: Members): VisibleProperty[] {
    return members.flatMap((member) => {
      if (!ts.isPropertySignature(member) && !ts.isPropertyDeclaration(member)) return [];
      if (member.type === undefined || !ts.isIdentifier(member.name))
        throw new Error(`a property without a type or a plain name in ${this.#folder}`);
      const { type, optional } = this.#describe(member.type);
      return [{ name: member.name.text, optional: optional || member.questionToken !== undefined, type }];
    });
  }

  /** The text of a type, and whether undefined is one of its values. */
  #describe(node: ts.TypeNode): { readonly type: string; readonly optional: boolean } {
    const plain = (type: string) => ({ type, optional: false });
    if (ts.isParenthesizedTypeNode(node)) return this.#describe(node.type);
    if (ts.isArrayTypeNode(node)) return plain(`${this.#describe(node.elementType).type}[]`);
    if (ts.isUnionTypeNode(node)) {
      const defined = node.types.filter(({ kind }) => kind !== ts.SyntaxKind.UndefinedKeyword);
      const types = defined.map((type) => this.#describe(type).type);
      return { type: types.sort().join(" | "), optional: defined.length < node.types.length };
    }
    if (ts.isTypeLiteralNode(node)) {
      const [index] = node.members;
      if (node.members.length === 1 && index !== undefined && ts.isIndexSignatureDeclaration(index))
        return plain(`{ [key]: ${this.#describe(index.type).type} }`);
    }
    if (ts.isTypeReferenceNode(node) && ts.isQualifiedName(node.typeName) && ts.isIdentifier(node.typeName.left)) {
      const [space, name, argument] = [node.typeName.left.text, node.typeName.right.text, node.typeArguments?.[0]];
      if (transparent.has(`${space}.${name}`) && argument !== undefined) return this.#describe(argument);
      if (space === "inputs" || space === "outputs")
        return plain(asObject(this.#properties(this.#members(`types/${space.slice(0, -1)}`, name))));
    }
    const keyword = keywords.get(node.kind);
    if (keyword !== undefined) return plain(keyword);
    throw new Error(`a type of the kind ${ts.SyntaxKind[node.kind]} in ${this.#folder} is not understood`);
  }

  /** The declarations do not say what stays secret; the constructors do. */
  #secrets(file: string): string[] {
    const text = readFileSync(path.join(this.#folder, `${file}.js`), "utf8");
    const list = /additionalSecretOutputs: \[([^\]]*)\]/.exec(text)?.[1] ?? "";
    return [...list.matchAll(/"(\w+)"/g)].map(([, name = ""]) => name).sort();
  }
}

const keywords: ReadonlyMap<ts.SyntaxKind, string> = new Map([
  [ts.SyntaxKind.StringKeyword, "string"],
  [ts.SyntaxKind.NumberKeyword, "number"],
  [ts.SyntaxKind.BooleanKeyword, "boolean"],
  [ts.SyntaxKind.AnyKeyword, "any"],
]);
