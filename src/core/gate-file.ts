import type { EntryRules, Profile, Site } from './entry.js';
import { canonicaliseListed, createMatcher, type Gate, type GateRule, parseGateRule } from './gate.js';
import { findByHost, parseHostPattern } from './hosts.js';
import { suggestName } from './known-options.js';
import { type LocatedMember, type LocatedValue, parseLocatedJson } from './located-json.js';
import { createPublicPaths, isPublicPath } from './public-paths.js';

/** What may go into a header for an application: ASCII, since servers disagree on other bytes (RFC 9110 §5.5). */
const headerText = /^[\x21-\x7e](?:[\x20-\x7e]*[\x21-\x7e])?$/;
const maxNameLength = 128;
const maxGroupLength = 64;
/** Of all the groups of a person: proxies give the whole head of an answer 4 KiB. */
const maxGroupsLength = 2048;

/** Where a value is, for the error message. Never holds an identity. */
interface Located {
  path: string;
  line: number;
}

/**
 * Parses a gate file: who may enter which host, which paths are public, who is in which group, and people's names.
 *
 * @throws RangeError with the line and the path of the mistake, without identities
 */
export function parseGateFile(text: string): EntryRules {
  const root = parseLocatedJson(text);
  const { hosts, groups, names } = decodeObject(root, 'the file', ['hosts', 'groups', 'names']);
  if (hosts === undefined) fail({ line: root.line, path: 'hosts' }, 'is missing');
  const sites = decodeHosts(hosts);
  const groupsOf = decodeGroups(groups);
  const nameOf = decodeNames(names);
  const describe = (identity: string): Profile => ({
    groups: groupsOf.get(identity) ?? '',
    name: nameOf.get(identity) ?? '',
  });
  const siteOf = new Map([...sites].map(([pattern, site]) => [pattern, createSite(site, describe)]));
  const nobody: Site = { admits: () => false, isPublic: false, isKnown: false, describe };
  return {
    admits: createAdmission([...sites.values()].flatMap(({ allow }) => allow)),
    at(findPlace) {
      const place = findPlace();
      return place && (findByHost(siteOf, place.host)?.(place.path) ?? nobody);
    },
  };
}

type AllowRule = GateRule | 'anyone';

interface HostRules {
  allow: AllowRule[];
  publicPaths: string[];
}

function createAdmission(rules: readonly AllowRule[]): Gate {
  return rules.includes('anyone') ? () => true : createMatcher(rules.filter((rule) => rule !== 'anyone'));
}

function createSite({ allow, publicPaths }: HostRules, describe: Site['describe']): (path: string) => Site {
  const admits = createAdmission(allow);
  const isPublic = createPublicPaths(publicPaths);
  return (path) => ({ admits, isPublic: isPublic(path), isKnown: true, describe });
}

function decodeHosts(value: LocatedValue): Map<string, HostRules> {
  const hosts = new Map<string, HostRules>();
  for (const [index, { name, line, value: rules }] of decodeMembers(value, 'hosts').entries()) {
    const pattern =
      parseHostPattern(name) ??
      fail(
        { path: `hosts, entry ${index + 1}`, line },
        'must be named by a host such as app.example.com, or by *.example.com for every host under it',
      );
    const place = { path: `hosts["${pattern}"]`, line };
    if (hosts.has(pattern)) fail(place, 'is there twice');
    const { allow, public: publicPaths } = decodeObject(rules, place.path, ['allow', 'public']);
    hosts.set(pattern, {
      allow: decodeTexts(allow, `${place.path}.allow`, decodeAllowRule),
      publicPaths: decodeTexts(publicPaths, `${place.path}.public`, decodePublicPath),
    });
  }
  return hosts;
}

function decodeAllowRule(text: string, place: Located): AllowRule {
  if (text === '*') return 'anyone';
  return (
    parseGateRule(text) ??
    fail(
      place,
      'must be an address, a number, an id, an @domain, the beginning of a +number, or * for anyone',
    )
  );
}

function decodePublicPath(text: string, place: Located): string {
  if (isPublicPath(text)) return text;
  return fail(place, 'must be a path such as /healthz, without %, \\, ;, *, //, and . or .. between slashes');
}

/** The names of the groups of each identity, joined. */
function decodeGroups(value: LocatedValue | undefined): Map<string, string> {
  const groupsOf = new Map<string, Set<string>>();
  for (const [index, { name, line, value: list }] of decodeMembers(value, 'groups').entries()) {
    const isGroup = headerText.test(name) && name.length <= maxGroupLength && !name.includes(',');
    // No identity has this form, which might be there by mistake.
    const path = /^[A-Za-z0-9 ._-]+$/.test(name) ? `groups["${name}"]` : `groups, entry ${index + 1}`;
    if (!isGroup) {
      fail(
        { path, line },
        `must be named by 1 to ${maxGroupLength} printable ASCII characters without a comma`,
      );
    }
    decodeTexts(list, path, (text, place) => {
      const identity = decodeIdentity(text, place);
      const groups = groupsOf.get(identity) ?? new Set();
      groupsOf.set(identity, groups.add(name));
      if ([...groups].join().length > maxGroupsLength)
        fail(place, `is in too many groups: together their names may have ${maxGroupsLength} characters`);
    });
  }
  return new Map([...groupsOf].map(([identity, groups]) => [identity, [...groups].join()]));
}

function decodeNames(value: LocatedValue | undefined): Map<string, string> {
  const names = new Map<string, string>();
  for (const [index, { name: person, line, value: given }] of decodeMembers(value, 'names').entries()) {
    const place = { path: `names, entry ${index + 1}`, line };
    const identity = decodeIdentity(person, place);
    if (names.has(identity)) fail(place, 'is about someone who is there already');
    if (given.is !== 'text' || !headerText.test(given.text) || given.text.length > maxNameLength)
      fail(place, `must be 1 to ${maxNameLength} printable ASCII characters, with no blank at either end`);
    names.set(identity, given.text);
  }
  return names;
}

function decodeIdentity(text: string, place: Located): string {
  return canonicaliseListed(text)?.value ?? fail(place, 'must be an address, a +number or an id');
}

function decodeTexts<Decoded>(
  value: LocatedValue | undefined,
  path: string,
  decode: (text: string, place: Located) => Decoded,
): Decoded[] {
  if (value === undefined) return [];
  if (value.is !== 'list') fail({ path, line: value.line }, 'must be a list');
  return value.items.map((item, index) => {
    const place = { path: `${path}[${index}]`, line: item.line };
    return item.is === 'text' ? decode(item.text, place) : fail(place, 'must be a text in quotes');
  });
}

/** The members of an object that has no others. */
function decodeObject<Name extends string>(
  value: LocatedValue,
  path: string,
  known: readonly Name[],
): Partial<Record<Name, LocatedValue>> {
  const members = decodeMembers(value, path);
  for (const { name, line } of members) {
    if (!known.some((one) => one === name))
      fail({ path, line }, `may have only ${known.join(', ')}${suggestName(name, known)}`);
  }
  return Object.fromEntries(members.map(({ name, value }) => [name, value])) as Partial<
    Record<Name, LocatedValue>
  >;
}

function decodeMembers(value: LocatedValue | undefined, path: string): LocatedMember[] {
  if (value === undefined) return [];
  return value.is === 'object' ? value.members : fail({ path, line: value.line }, 'must be an object');
}

function fail({ path, line }: Located, what: string): never {
  throw new RangeError(`line ${line}: ${path} ${what}`);
}
