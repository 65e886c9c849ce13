import { sayCause } from '../../delivery/cause.js';
import { createWebhookTransport } from '../../transports/webhook.js';
import type { Config } from '../config.js';
import { redactUrls } from '../redact.js';
import { type Check, failed, ok } from './checks.js';

/**
 * That EVENTS_URL answers. It is asked by HEAD, as webhooks are: a receiver would act on an event, even a made-up one, so
 * whether it accepts our signature only shows with the first.
 */
export function createEventsChecks(config: Config): Check[] {
  const { EVENTS_URL: url, EVENTS_SECRET: secret, EVENTS_ALLOW_PRIVATE_TARGETS } = config;
  if (url === undefined || secret === undefined) return [];
  return [
    {
      name: 'events',
      async run(signal) {
        const receiver = createWebhookTransport({
          url,
          secret,
          // Which URLs may be http is settled by the configuration.
          allowInsecureHttp: true,
          allowPrivateTargets: EVENTS_ALLOW_PRIVATE_TARGETS,
        });
        const receipt = await receiver.checkAccess?.({ signal });
        const place = redactUrls(url);
        if (receipt && !receipt.ok) return failed(`${place}: ${sayCause(receipt)}`);
        return ok(`${place} answers; whether it accepts our signature shows with the first event`);
      },
    },
  ];
}
