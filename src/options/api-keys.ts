import { namePattern } from '../core/policy.js';
import { type ApiCaller, type CallerRight, callerRights } from '../http/api-keys.js';
import { type Row, splitList, value } from './row.js';

/** The holder of an API key, as it is configured. */
export interface ApiKey {
  /** Shown in the log. */
  name: string;
  /** As `generateApiKey` makes it. */
  hash: string;
  /** `otp`: use `/otp/*`. `operate`: use `/operator/*`. `unguarded`: without most limits over a day. Default `['otp']`. */
  rights?: readonly CallerRight[] | undefined;
}

/** A mere hash is a key without a name, with the right `otp`. */
export type ApiKeys = readonly (string | ApiKey)[];

const hashPattern = /^[0-9a-f]{64}$/;
const rightsPattern = /^[a-z-]+(?:[+][a-z-]+)*$/;
const bare = ({ source }: RegExp) => source.slice(1, -1);
const entryPattern = new RegExp(
  `^(?<name>${bare(namePattern)})=(?<hash>${bare(hashPattern)})(?::(?<rights>${bare(rightsPattern)}))?$`,
);

/**
 * Parses entries as `stateless-otp secret` prints them: `name=hash`, which rights may follow. A right may be unknown; a rule
 * names it then.
 */
export function parseKeys(text: string): ApiKey[] | null {
  const matches = splitList(text).map((entry) => entryPattern.exec(entry)?.groups);
  if (!matches.every((groups) => groups !== undefined)) return null;
  return matches.map(({ name = '', hash = '', rights }) => ({
    name,
    hash,
    ...(rights === undefined ? {} : { rights: rights.split('+') as CallerRight[] }),
  }));
}

function check(keys: unknown, name: string): void {
  const isHash = (hash: unknown) => typeof hash === 'string' && hashPattern.test(hash);
  const isEntry = (entry: Partial<ApiKey> | string | null) =>
    isHash(entry) ||
    (typeof entry === 'object' &&
      isHash(entry?.hash) &&
      typeof entry?.name === 'string' &&
      namePattern.test(entry.name) &&
      (entry?.rights === undefined || (Array.isArray(entry.rights) && entry.rights.length > 0)));
  if (!Array.isArray(keys) || !keys.every(isEntry)) {
    throw new TypeError(
      `${name} must be hashes that generateApiKey makes, or a list of { name, hash, rights } with them`,
    );
  }
}

export const apiKeysRow: Row<ApiKeys, ApiKeys> = {
  ...value<ApiKeys>(check),
  allowed:
    '`name=hash` or `name=hash:right+right`, separated by commas, as `stateless-otp secret --api-key name` prints them; the rights are ' +
    callerRights.map((right) => `\`${right}\``).join(', '),
  default: [],
  parse: parseKeys,
};

/** What is wrong with the rights of a key: one does not exist or has no effect. */
export function findRightsFault(keys: ApiKeys): string | undefined {
  for (const key of keys) {
    if (typeof key === 'string') continue;
    const { name, rights = [] } = key;
    const unknown = rights.find((right) => !callerRights.includes(right));
    if (unknown !== undefined)
      return `apiKeyHashes: ${name} has the right "${unknown}", which does not exist; rights are ${callerRights.join(', ')}`;
    if (rights.includes('unguarded') && !rights.includes('otp'))
      return `apiKeyHashes: ${name} has the right "unguarded" without "otp", and may not ask for the codes that it is about; give it both`;
  }
  return undefined;
}

export function listCallers(keys: ApiKeys): ApiCaller[] {
  return keys.map((key) => {
    const { name, hash, rights = ['otp'] } = typeof key === 'string' ? { name: undefined, hash: key } : key;
    return { name, hash, rights };
  });
}
