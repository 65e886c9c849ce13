import { suggestName } from '../core/known-options.js';
import { senderNames } from '../options/delivery.js';
import { settingNames, settings } from '../options/settings.js';
import type { Source } from './given.js';
import { findInjected } from './injected.js';

const known: readonly string[] = settingNames.flatMap((name) =>
  settings[name].isSecret ? [name, `${name}_FILE`] : [name],
);
const backends = senderNames.filter((name) => name !== 'console').join('|');
const prefixes = new RegExp(
  `^(OTP|JWT|RATE|DELIVERY|REDIS|GATE|SIGN_IN|BRAND|EMBED|CORS|TRUSTED|INTROSPECT|BEARER|${backends.toUpperCase()})_`,
  'i',
);
/** Node reads these when it starts, before any settings file. */
const readByNode = ['NODE_EXTRA_CA_CERTS', 'NODE_OPTIONS'];

export function isKnown(name: string): boolean {
  return known.includes(name);
}

/**
 * Names that look like settings but are not. In a settings file, they were written for this service; in the environment, other
 * programs have theirs.
 */
export function findUnknown(environment: Source, file: Source): { problems: string[]; warnings: string[] } {
  const injected = findInjected(environment);
  const problems: string[] = [];
  const warnings: string[] = [];
  for (const [name, value] of Object.entries(environment)) {
    if (!value || injected.has(name)) continue;
    const mistake = findMistake(name);
    if (mistake !== undefined) problems.push(mistake);
    else warnings.push(...findMisspelt(name));
  }
  for (const name of Object.keys(file)) {
    const mistake = findMistake(name);
    problems.push(...(mistake === undefined ? findMisspelt(name) : [mistake]));
    if (readByNode.includes(name)) {
      problems.push(
        `${name}: has no effect in a settings file; Node reads it from the environment when it starts`,
      );
    }
  }
  return { problems, warnings };
}

/** What is wrong with a name that can only be meant as one of our settings. */
function findMistake(name: string): string | undefined {
  const visible = name.replace(/[\s\p{Cf}]/gu, '');
  if (visible !== name && isKnown(visible)) {
    return `${visible}: has no effect, because its name is written with a space or an invisible character`;
  }
  const setting = name.replace(/_FILE$/, '');
  return setting !== name && isKnown(setting) && !isKnown(name)
    ? `${name}: only secrets are read from files; set ${setting} itself`
    : undefined;
}

function findMisspelt(name: string): string[] {
  if (isKnown(name)) return [];
  // Without one of our prefixes, only a name that is one letter off, or in lower case.
  const hint = suggestName(name, known, prefixes.test(name) ? 1 / 3 : 1 / 8);
  return prefixes.test(name) || hint !== ''
    ? [`${name}: not a setting of this version; it changes nothing${hint}`]
    : [];
}
