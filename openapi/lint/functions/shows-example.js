// A body shows what it looks like: by an example of its own, or by one somewhere in its schema.
export default (content) => {
  if (content === null || typeof content !== "object") return undefined;
  if ("example" in content || "examples" in content || shown(content.schema, new Set())) return undefined;
  return [{ message: "has no example, neither of its own nor in its schema" }];
};

const shown = (schema, seen) => {
  if (schema === null || typeof schema !== "object" || seen.has(schema)) return false;
  seen.add(schema);
  if (schema.examples?.length > 0) return true;
  const inner = [schema.items, schema.additionalProperties, ...Object.values(schema.properties ?? {})];
  const composed = [schema.anyOf, schema.allOf, schema.oneOf, schema.prefixItems].flatMap((schemas) => schemas ?? []);
  return [...inner, ...composed].some((one) => shown(one, seen));
};
