import { channels } from '../../core/policy.js';
import type { OpenRequest } from '../../store-verbs.js';
import { listFigures } from './encode-counts.js';
import { nameAlias, nameRecord, numberSide } from './keys.js';

/** For `open.lua`. */
export function encodeOpen(request: OpenRequest): { names: string[]; settings: unknown[] } {
  const { recordTag, bind, challenge, side, newChallenge, lengthening, sends, day } = request;
  const isBound = bind || side === 'known' || challenge !== undefined;
  const fresh = nameRecord(recordTag, isBound ? newChallenge : undefined);
  const meant = isBound && challenge === undefined ? fresh : nameRecord(recordTag, challenge);
  const settings: unknown[] = [
    numberSide(side),
    challenge !== undefined,
    channels.indexOf(request.channel), // new channels come last
    lengthening.after,
    request.mute,
    request.keyIds,
    request.digits,
    request.windowSeconds,
    request.maxAttempts,
    request.resend,
    request.cooldownSeconds,
    request.staleSeconds,
    sends.max,
    sends.periodSeconds,
    lengthening.digits,
    lengthening.maxAttempts,
  ];
  if (day) {
    const { ladder, isOnSecondStep, canBeAsked, isEnforced, isPaid } = day;
    const { free, checked } = ladder;
    settings.push(listFigures(isOnSecondStep ? checked : free));
    settings.push(canBeAsked && !isOnSecondStep && listFigures(checked), isEnforced, isPaid);
  }
  const names = [meant, fresh, newChallenge, nameAlias(request), day?.network ?? '', day?.receipt ?? ''];
  return { names, settings };
}
