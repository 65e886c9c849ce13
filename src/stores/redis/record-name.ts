/** Names a pending record within its identity: by its purpose, and by its challenge when it is bound. */
export function nameRecord(recordTag: string, challenge: string | undefined): string {
  return challenge === undefined ? recordTag : `${recordTag}:${challenge}`;
}

/** What `nameRecord` was given. */
export function parseRecordName(name: string): { recordTag: string; isBound: boolean } {
  const [recordTag = '', challenge] = name.split(':');
  return { recordTag, isBound: challenge !== undefined };
}
