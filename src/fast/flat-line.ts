type Level = 'info' | 'warn' | 'error';
type WriteLine = (fields: Record<string, unknown>, message: string) => void;

/**
 * Writes the same lines as pino at one level: 1 µs instead of 2.5. Only fields that are strings, numbers or booleans are written
 * here; a line with any other is left to pino.
 */
export function createFlatLines(
  level: Level,
  parts: {
    /** Names that pino removes or treats in its own way. */
    hidden: ReadonlySet<string>;
    /** Unix milliseconds. */
    now: () => number;
    output: { write(line: string): void };
    plain: Record<Level, WriteLine>;
  },
): WriteLine {
  const { hidden, now, output, plain } = parts;
  const start = `{"level":${JSON.stringify(level)},"time":"`;
  let [timeMs, time] = [Number.NaN, ''];

  return (fields, message) => {
    let hasFields = false;
    for (const name in fields) {
      const value = fields[name];
      if (value === undefined) continue;
      const kind = typeof value;
      if ((kind !== 'string' && kind !== 'number' && kind !== 'boolean') || hidden.has(name)) {
        plain[level](fields, message);
        return;
      }
      hasFields = true;
    }
    const ms = now();
    if (ms !== timeMs) {
      timeMs = ms;
      time = new Date(ms).toISOString();
    }
    const written = hasFields ? `,${JSON.stringify(fields).slice(1, -1)}` : '';
    output.write(`${start}${time}"${written},"msg":${JSON.stringify(message)}}\n`);
  };
}
