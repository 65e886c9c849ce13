/** Requests made ready beforehand, or a few that are sent again and again. */
export interface Supply {
  /** How many there are. */
  size: number;
  next(): Buffer | null;
  expectedStatus: number;
  /** Called when all have been answered. Throws when what they should have done was not done. */
  check?(): void;
}

const repeated = 1024;

export function listSupply(requests: Buffer[], expectedStatus: number): Supply {
  let position = 0;
  return { size: requests.length, next: () => requests[position++] ?? null, expectedStatus };
}

/** Without end; each may come from another address. */
export function repeat(create: () => Buffer): Supply {
  const requests = Array.from({ length: repeated }, create);
  let position = 0;
  const next = () => requests[position++ % repeated] ?? null;
  return { size: Number.POSITIVE_INFINITY, next, expectedStatus: 200 };
}
