/** Writes one line of the log, with its end; undefined for fields that only the logger itself can write. */
export type FormatLine = (fields: Record<string, unknown>, message: string) => string | undefined;

/**
 * Writes the same lines as pino at one level, for fields that are strings, numbers or booleans: 1 µs instead of 2.5.
 *
 * @param hidden names that the logger removes or treats in its own way
 * @param now unix milliseconds
 */
export function createFlatLines(level: string, hidden: ReadonlySet<string>, now: () => number): FormatLine {
  const start = `{"level":${JSON.stringify(level)},"time":"`;
  let [timeMs, time] = [Number.NaN, ''];

  return (fields, message) => {
    let hasFields = false;
    for (const name in fields) {
      const value = fields[name];
      if (value === undefined) continue;
      const kind = typeof value;
      if ((kind !== 'string' && kind !== 'number' && kind !== 'boolean') || hidden.has(name))
        return undefined;
      hasFields = true;
    }
    const ms = now();
    if (ms !== timeMs) {
      timeMs = ms;
      time = new Date(ms).toISOString();
    }
    const written = hasFields ? `,${JSON.stringify(fields).slice(1, -1)}` : '';
    return `${start}${time}"${written},"msg":${JSON.stringify(message)}}\n`;
  };
}
