import type { Gate } from './gate.js';

/** The host and path of the request that a proxy asks about. */
export interface Place {
  /** In lower case, without port and without the dot of the root. */
  host: string;
  /** As the client sent it, without the query. */
  path: string;
}

/** What the gate tells an application about a person. */
export interface Profile {
  /** Names with commas between them; empty for a person in no group. */
  groups: string;
  /** Empty for a person without one. */
  name: string;
}

/** The rules that apply at one place. */
export interface Site {
  admits: Gate;
  /** Whether anyone may enter, signed in or not. */
  isPublic: boolean;
  /** Whether any rule names its host. */
  isKnown: boolean;
  /** Missing where the rules name no groups and no people. */
  describe?: ((identity: string) => Profile) | undefined;
}

/** Who may enter where. */
export interface EntryRules {
  /** Who may enter somewhere: nobody else is sent codes. */
  admits: Gate;
  /** The rules for the place that a request is for. Null if they depend on the place and the request does not say it. */
  at(findPlace: () => Place | null): Site | null;
}

/** The same people everywhere, without public paths. */
export function admitEverywhere(admits: Gate): EntryRules {
  const everywhere: Site = { admits, isPublic: false, isKnown: true };
  return { admits, at: () => everywhere };
}
