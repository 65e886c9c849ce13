import type { FilledOptions } from './otp-options.js';

/** A way to run that something else cannot be had with. */
interface Mode {
  isOn(options: FilledOptions): boolean;
  /** In the words of a message. */
  name: string;
  /** What it cannot be had with, and why not. */
  refuses: readonly { names: readonly (keyof FilledOptions)[]; why: string }[];
}

const modes: readonly Mode[] = [
  {
    isOn: ({ accessTokens }) => accessTokens === 'off',
    name: 'accessTokens=off',
    refuses: [
      {
        names: [
          'signInPage',
          'signInHome',
          'brandLogoUrl',
          'brandColor',
          'embedOrigins',
          'magicLink',
          'cookieDomain',
        ],
        why: 'the sign-in page keeps a token in a cookie',
      },
      { names: ['gateAllow', 'gateFile'], why: 'the gate asks for tokens' },
      { names: ['refreshTokenTtlSeconds'], why: 'refresh tokens bring access tokens' },
      { names: ['claims'], why: 'claims are in tokens' },
    ],
  },
];

/** Whether an option asks for something: it is neither left out nor switched off. */
function isAskedFor(value: unknown): boolean {
  if (Array.isArray(value)) return value.length > 0;
  return value !== undefined && value !== false && value !== 0;
}

/** What each way to run cannot be had with, as rules of one option each. */
export const modeRules = modes.flatMap(({ isOn, name, refuses }) =>
  refuses.flatMap(({ names, why }) =>
    names.map((option) => (options: FilledOptions) => {
      if (isOn(options) && isAskedFor(options[option]))
        throw new RangeError(`${option} cannot be used with ${name}: ${why}`);
    }),
  ),
);
