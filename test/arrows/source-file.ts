import { posix } from "node:path";
import ts from "typescript";

/** One module that a file asks for, by whatever form of import. */
export type Import = {
  /** As written: "../sim/index.ts", "node:fs", "yaml"; undefined if it is computed at run time. */
  readonly specifier: string | undefined;
  /** Path from the root of the repository, if the module is one of ours. */
  readonly path: string | undefined;
  readonly line: number;
};

export type SourceFile = {
  readonly path: string;
  readonly imports: readonly Import[];
  /** Places that read the clock or draw randomness that no seed governs. */
  readonly hidden: readonly { readonly what: string; readonly line: number }[];
};

const literal = (node: ts.Node | undefined): string | undefined =>
  node !== undefined && ts.isStringLiteralLike(node) ? node.text : undefined;

/** The specifier node of any import: static, re-exported, dynamic, of a type, `require`, or a URL beside this module. */
const imported = (node: ts.Node): { readonly specifier: ts.Node | undefined } | undefined => {
  if (ts.isImportDeclaration(node)) return { specifier: node.moduleSpecifier };
  if (ts.isExportDeclaration(node) && node.moduleSpecifier) return { specifier: node.moduleSpecifier };
  if (ts.isImportTypeNode(node) && ts.isLiteralTypeNode(node.argument)) return { specifier: node.argument.literal };
  if (ts.isExternalModuleReference(node)) return { specifier: node.expression };
  if (ts.isCallExpression(node)) {
    const { expression } = node;
    const loads = expression.kind === ts.SyntaxKind.ImportKeyword || expression.getText() === "require";
    return loads ? { specifier: node.arguments[0] } : undefined;
  }
  // Workers are started with new URL("./worker.ts", import.meta.url).
  if (ts.isNewExpression(node) && node.expression.getText() === "URL") {
    const [file, base] = node.arguments ?? [];
    const module = /\.[cm]?[jt]s$/.test(literal(file) ?? "") && base?.getText() === "import.meta.url";
    return module ? { specifier: file } : undefined;
  }
  return undefined;
};

/** Members of globals that hide a clock or an unseeded source of randomness. */
const hiddenMembers: Readonly<Record<string, RegExp>> = {
  Math: /^random$/,
  Date: /^now$/,
  performance: /./,
  process: /^(hrtime|uptime)$/,
  crypto: /^(getRandomValues|random\w*)$/,
};

/** The global that an expression means: `Math`, `globalThis.Math`. */
const globalName = (node: ts.Node): string =>
  ts.isPropertyAccessExpression(node) && node.expression.getText() === "globalThis" ? node.name.text : node.getText();

const hidden = (node: ts.Node): string | undefined => {
  const isHidden = (owner: string, member: string): boolean =>
    Object.hasOwn(hiddenMembers, owner) && hiddenMembers[owner]?.test(member) === true;

  if (ts.isPropertyAccessExpression(node)) {
    const owner = globalName(node.expression);
    return isHidden(owner, node.name.text) ? `${owner}.${node.name.text}` : undefined;
  }
  if (ts.isElementAccessExpression(node)) {
    const owner = globalName(node.expression);
    const member = literal(node.argumentExpression);
    return member !== undefined && isHidden(owner, member) ? `${owner}.${member}` : undefined;
  }
  if (ts.isVariableDeclaration(node) && node.initializer && ts.isObjectBindingPattern(node.name)) {
    const owner = globalName(node.initializer);
    const member = node.name.elements.map((e) => (e.propertyName ?? e.name).getText()).find((m) => isHidden(owner, m));
    return member === undefined ? undefined : `${owner}.${member}`;
  }
  if (ts.isNewExpression(node) && globalName(node.expression) === "Date" && (node.arguments?.length ?? 0) === 0)
    return "new Date()";
  if (ts.isCallExpression(node) && globalName(node.expression) === "Date") return "Date()";
  return undefined;
};

/** What the arrows need to know of a file: what it imports, and where it reads a hidden clock or randomness. */
export const parse = (path: string, text: string): SourceFile => {
  const source = ts.createSourceFile(path, text, ts.ScriptTarget.Latest, true);
  const imports: Import[] = [];
  const found: { what: string; line: number }[] = [];

  const visit = (node: ts.Node): void => {
    const line = source.getLineAndCharacterOfPosition(node.getStart(source)).line + 1;
    const asked = imported(node);
    if (asked) {
      const specifier = literal(asked.specifier);
      const ours = specifier?.startsWith(".") ? posix.join(posix.dirname(path), specifier) : undefined;
      imports.push({ specifier, path: ours, line });
    }
    const what = hidden(node);
    if (what !== undefined) found.push({ what, line });
    ts.forEachChild(node, visit);
  };
  visit(source);
  return { path, imports, hidden: found };
};
