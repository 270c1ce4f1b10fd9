export interface Schema {
  readonly [keyword: string]: unknown;
}

const isMapping = (value: unknown): value is { readonly [key: string]: unknown } =>
  typeof value === "object" && value !== null && !Array.isArray(value);

const isType = (value: unknown, type: string): boolean => {
  if (type === "object") return isMapping(value);
  if (type === "array") return Array.isArray(value);
  if (type === "integer") return Number.isInteger(value);
  return typeof value === type;
};

const silent = ["$schema", "title", "description", "examples", "default", "then", "else"];

/** The part of JSON Schema (draft 7) that our schema uses; an unknown keyword is an error, so that nothing is overlooked. */
const keywords: { readonly [keyword: string]: (argument: never, value: unknown, schema: Schema) => boolean } = {
  type: (types: string | readonly string[], value) => [types].flat().some((type) => isType(value, type)),
  const: (expected: unknown, value) => value === expected,
  enum: (expected: readonly unknown[], value) => expected.includes(value),
  pattern: (pattern: string, value) => typeof value !== "string" || new RegExp(pattern, "u").test(value),
  minLength: (least: number, value) => typeof value !== "string" || value.length >= least,
  minimum: (least: number, value) => typeof value !== "number" || value >= least,
  maximum: (most: number, value) => typeof value !== "number" || value <= most,
  exclusiveMinimum: (bound: number, value) => typeof value !== "number" || value > bound,
  minItems: (least: number, value) => !Array.isArray(value) || value.length >= least,
  items: (schema: Schema, value) => !Array.isArray(value) || value.every((one) => accepts(schema, one)),
  required: (keys: readonly string[], value) => !isMapping(value) || keys.every((key) => key in value),
  properties: (shape: { readonly [key: string]: Schema }, value) =>
    !isMapping(value) ||
    Object.entries(value).every(([key, one]) => shape[key] === undefined || accepts(shape[key], one)),
  propertyNames: (schema: Schema, value) =>
    !isMapping(value) || Object.keys(value).every((key) => accepts(schema, key)),
  additionalProperties: (rule: boolean | Schema, value, { properties }) =>
    !isMapping(value) ||
    Object.entries(value).every(
      ([key, one]) =>
        key in ((properties as object | undefined) ?? {}) || (rule !== false && accepts(rule as Schema, one)),
    ),
  anyOf: (schemas: readonly Schema[], value) => schemas.some((schema) => accepts(schema, value)),
  oneOf: (schemas: readonly Schema[], value) => schemas.filter((schema) => accepts(schema, value)).length === 1,
  allOf: (schemas: readonly Schema[], value) => schemas.every((schema) => accepts(schema, value)),
  if: (condition: Schema, value, schema) =>
    accepts((accepts(condition, value) ? schema["then"] : schema["else"]) as Schema, value),
};

/** Whether a value is valid under a schema. */
export const accepts = (schema: Schema | true, value: unknown): boolean => {
  if (schema === true) return true;
  return Object.entries(schema).every(([keyword, argument]) => {
    if (silent.includes(keyword)) return true;
    const judge = keywords[keyword];
    if (judge === undefined) throw new Error(`the schema uses ${keyword}, which this check does not know`);
    return judge(argument as never, value, schema);
  });
};
