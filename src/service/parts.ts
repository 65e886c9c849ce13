import type { CodeAlphabet } from '../core/base32-code.js';
import { createDerivation } from '../core/derivation.js';
import type { Keys } from '../core/keys.js';
import type { PhoneCountries } from '../core/phone-countries.js';
import { boundsShortCodes, type DayBudgetMode, type PhoneGuard, type Policy } from '../core/policy.js';
import type { TestIdentities } from '../core/test-identities.js';
import type { Call } from '../outcomes/call.js';
import type { Outcomes } from '../outcomes/outcomes.js';
import type {
  Clock,
  Delivery,
  HumanCheck,
  IssueToken,
  MonotonicClock,
  Random,
  ReadClaims,
  Render,
  ShouldSend,
  Store,
} from '../ports.js';
import { createUnderWay, type UnderWay } from '../under-way.js';
import { createAddressLimits } from './address-limits.js';
import { createDayBudgets } from './day-budgets.js';
import type { Devices } from './devices.js';
import { createHumanChecks } from './human-checks.js';
import { createNewCodes } from './new-codes.js';
import { createSendNotes } from './send-notes.js';
import { createShortCodes } from './short-codes.js';
import { createTargetResolver, type FindCountry } from './target.js';
import { createTestCodeFinder } from './test-codes.js';
import { createMessageWriter, type LinkTarget } from './write-message.js';

export interface ServiceOptions {
  policy: Policy;
  /** What limits over a day do. Default: they refuse. */
  dayBudgets?: DayBudgetMode | undefined;
  /** Messages of a day on paid channels. Default: no ceiling. */
  paidDayMax?: number | undefined;
  keys: Keys;
  /** Of the codes that the store opens. Default: digits. */
  codeAlphabet?: CodeAlphabet | undefined;
  store: Store;
  delivery: Delivery;
  /** Default: no browser is known. */
  devices?: Devices | undefined;
  outcomes: Outcomes;
  /** Default: a correct code is answered without a token. */
  issueToken?: IssueToken | undefined;
  /** Ends every sign-in and pending code of a canonical identity; returns how many codes. */
  signOut(identity: string, call?: Call): Promise<number>;
  /** Receives the work that continues after an answer. Default: it is not reported. */
  underWay?: Pick<UnderWay, 'add'> | undefined;
  /** Called before the code is consumed, so that a failure here costs only an attempt. Default: no extra claims. */
  readClaims?: ReadClaims | undefined;
  render: Render;
  /** Creates the links in messages. Default: none. */
  createLink?: ((target: LinkTarget) => string) | undefined;
  random: Random;
  /** Country of phone numbers without `+`. */
  defaultCountry?: string | undefined;
  /** Whether limits of prefixes and countries refuse. Default: they do. */
  phoneGuard?: PhoneGuard | undefined;
  /** The countries whose numbers are sent codes. Default: all. */
  phoneCountries?: PhoneCountries | undefined;
  testIdentities: TestIdentities;
  /** Default: no limit. */
  shortOpenMax?: number | undefined;
  /** Whether a code may be sent; anyone else gets the same answers and no code. Default: to everyone. */
  shouldSend?: ShouldSend | undefined;
  /** Decides only when a test identity ends. */
  clock: Clock;
  monotonicClock: MonotonicClock;
  /** Default: nobody is asked, and limits end earlier. */
  humanCheck?: HumanCheck | undefined;
  /** Default: outcomes name no country. */
  findCountry?: FindCountry | undefined;
}

/** What the steps of the protocol are made of. */
export type Parts = ReturnType<typeof createParts>;

export function createParts(options: ServiceOptions) {
  const { policy, keys, testIdentities, clock, underWay = createUnderWay() } = options;
  const derivation = createDerivation(keys, policy.namespace);
  const findTestCode = createTestCodeFinder(testIdentities, clock);
  const base = { ...options, underWay, derivation, findTestCode };
  const addressLimits = createAddressLimits(base);
  const { countAddress } = addressLimits;
  const shortCodes = createShortCodes(boundsShortCodes(policy) ? base : { ...base, shortOpenMax: undefined });
  return {
    ...base,
    resolveTarget: createTargetResolver(base),
    ...addressLimits,
    /** Undefined where no check is configured. */
    humanChecks: options.humanCheck && createHumanChecks(options.humanCheck, countAddress),
    dayBudgets: createDayBudgets({ ...base, ...addressLimits }),
    sendNotes: createSendNotes(base),
    shortCodes,
    newCodes: createNewCodes({ ...options, shortCodes }),
    writeMessage: createMessageWriter(base),
  };
}
