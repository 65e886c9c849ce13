import type { HumanCheckOption } from './human-check.js';
import { type FilledOptions, optionRows } from './otp-options.js';
import { pageOptions } from './page.js';

/** What is wrong with these options, if anything. */
export type Rule = (options: FilledOptions) => string | false | undefined;

/** A way to run that excludes some options. */
interface Mode {
  isOn(options: FilledOptions): boolean;
  /** As messages call it. */
  name: string;
  refuses: readonly Refusal[];
}

interface Refusal {
  names: readonly string[];
  why: string;
  /** Which values are refused. Default: all that ask for something. */
  isRefused?(value: unknown): boolean;
}

/** Options that need a store that remembers. */
export const statelessRefuses: readonly Refusal[] = [
  { names: ['refreshTokenTtlSeconds'], why: 'nothing remembers which refresh token is the next' },
  { names: ['revocationRequired'], why: 'nothing remembers which tokens are revoked' },
  { names: ['magicLink'], why: 'nothing remembers which links were used' },
  { names: ['paidDayMax'], why: 'nothing counts the messages of all processes' },
  { names: ['shortOpenMax'], why: 'nothing counts the attempts of all processes' },
  { names: ['deviceTtlSeconds'], why: 'nothing remembers which browsers have signed out' },
  {
    names: ['humanCheck', 'HUMAN_CHECK'],
    isRefused: asksForPuzzles,
    why: 'nothing remembers which puzzles of altcha are solved; turnstile can be used',
  },
];

/** Of the library's option, or of the setting. */
function asksForPuzzles(value: unknown): boolean {
  return value === 'altcha' || (value as HumanCheckOption | undefined)?.provider === 'altcha';
}

export const ofThePage: readonly string[] = [...Object.keys(pageOptions), 'cookieDomain'];

const modes: readonly Mode[] = [
  {
    isOn: ({ accessTokens }) => accessTokens === 'off',
    name: 'accessTokens=off',
    refuses: [
      { names: ofThePage, why: 'the sign-in page keeps a token in a cookie' },
      { names: ['gateAllow', 'gateFile'], why: 'the gate asks for tokens' },
      { names: ['refreshTokenTtlSeconds'], why: 'refresh tokens bring access tokens' },
      { names: ['claims'], why: 'claims are in tokens' },
    ],
  },
  {
    isOn: ({ mode }) => mode === 'window',
    name: 'mode=window',
    refuses: [
      { names: ofThePage, why: 'the sign-in page binds codes to a challenge' },
      { names: ['binding'], why: 'there are no challenges' },
    ],
  },
  {
    isOn: ({ store }) => store?.isStateless === true,
    name: 'a store that keeps nothing (STORE=none)',
    refuses: statelessRefuses,
  },
  {
    isOn: ({ store }) => store !== undefined && store.spend === undefined,
    name: 'a store without spend',
    refuses: [{ names: ['paidDayMax', 'shortOpenMax'], why: 'nothing would count against it' }],
  },
];

/** Whether an option asks for something: it is neither left out nor switched off. */
export function isAskedFor(value: unknown): boolean {
  if (Array.isArray(value)) return value.length > 0;
  return value !== undefined && value !== false && value !== 0;
}

/** What each way to run excludes, one rule for each option. */
export const modeRules = modes.flatMap(({ isOn, name, refuses }) =>
  refuses.flatMap(({ names, why, isRefused = isAskedFor }) =>
    names.map(
      (option): Rule =>
        (options) => {
          const { [option]: value } = options as unknown as Record<string, unknown>;
          const isUsed = isOn(options) && isRefused(value) && value !== optionRows[option]?.default;
          return isUsed && `${option} cannot be used with ${name}: ${why}`;
        },
    ),
  ),
);
