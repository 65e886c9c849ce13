import { groupBase32 } from '../core/base32-code.js';
import type { Derivation } from '../core/derivation.js';
import type { Message, Random, Render } from '../ports.js';
import type { RequestOptions, Sent } from '../results.js';
import type { PendingRecord } from '../store-verbs.js';
import type { Target } from './target.js';

/** What a link in a message signs in. */
export interface LinkTarget {
  identity: string;
  purpose: string;
  record: PendingRecord;
  /** Remaining life of the code. */
  ttlSeconds: number;
}

/** Writes the messages that carry codes. */
export function createMessageWriter(parts: {
  derivation: Derivation;
  render: Render;
  createLink?: ((target: LinkTarget) => string) | undefined;
  random: Random;
}) {
  const { derivation, render, createLink, random } = parts;
  return (
    target: Target,
    record: PendingRecord,
    { channel, ttlSeconds }: Sent,
    { locale, link = false, requestId }: RequestOptions,
  ): Message => {
    const derived = derivation.recoverCode(target.identity.value, target.purpose, record);
    const code = record.alphabet === 'base32' ? groupBase32(derived) : derived;
    const { value: to } = target.identity;
    const rendered = render({
      channel,
      code,
      expiresInSeconds: ttlSeconds,
      locale: locale ?? undefined,
      link: link ? createLink?.({ identity: to, purpose: target.purpose, record, ttlSeconds }) : undefined,
    });
    const message: Message = {
      id: random.id(),
      channel,
      to,
      code,
      expiresInSeconds: ttlSeconds,
      ...rendered,
    };
    if (requestId) message.requestId = requestId;
    return message;
  };
}
