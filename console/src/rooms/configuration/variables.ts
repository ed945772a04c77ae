/** Names that a configuration file takes from outside: `${NAME}`, but not `$${NAME}`, which stands for itself. Each once, in the order in which they come. */
export function variablesOf(text: string): string[] {
  const found = new Set<string>();
  for (const match of text.matchAll(/\$\$\{|\$\{([A-Za-z_][A-Za-z0-9_]*)\}/g)) {
    if (match[1] !== undefined) {
      found.add(match[1]);
    }
  }

  return [...found];
}

/** The lines that a refusal names, as `text:12`. */
export function linesOf(errors: Record<string, string[]>): { line: number; texts: string[] }[] {
  return Object.entries(errors)
    .map(([name, texts]) => ({ line: Number(/^text:(\d+)$/.exec(name)?.[1] ?? 0), texts }))
    .sort((one, other) => one.line - other.line);
}
