import { channels } from '../../src/core/policy.js';
import { locales } from '../../src/messages/catalogue.js';
import { createRenderer } from '../../src/messages/render.js';

export const allChannels = channels;

/** One message per locale and channel, without and with every option. */
export function everyMessage() {
  const renderers = [
    ['plain', createRenderer()],
    ['full', createRenderer({ appName: 'Example', origin: 'https://example.com' })],
  ] as const;
  return renderers.flatMap(([kind, render]) =>
    locales.flatMap((locale) =>
      channels.map((channel) => ({
        name: `${locale} ${channel} ${kind}`,
        kind,
        locale,
        channel,
        content: render({ channel, locale, code: '482931', expiresInSeconds: 300 }),
      })),
    ),
  );
}
