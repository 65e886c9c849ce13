export interface Progress {
  /** What is being done now. */
  show(text: string): void;
  /** A line that stays. */
  say(text: string): void;
}

/** One line that changes on a terminal; elsewhere a line each, so that a log shows its progress. */
export function createProgress(stream: NodeJS.WriteStream, clock: () => number): Progress {
  const startedAt = clock();
  const time = () => `${String(Math.round((clock() - startedAt) / 1000)).padStart(4)} s  `;
  return {
    show(text) {
      if (stream.isTTY) stream.write(`\r\x1b[2K${time()}${text}`.slice(0, (stream.columns ?? 80) + 5));
      else stream.write(`${time()}${text}\n`);
    },
    say(text) {
      stream.write(stream.isTTY ? `\r\x1b[2K${text}\n` : `${text}\n`);
    },
  };
}
