/** Names a pending record within its identity: by its purpose, and by its challenge when it is bound. */
export function nameRecord(recordTag: string, challenge: string | undefined): string {
  return challenge === undefined ? recordTag : `${recordTag}:${challenge}`;
}
