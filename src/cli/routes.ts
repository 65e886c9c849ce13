import { type Channel, channels } from '../core/policy.js';

/** What `DELIVERY_BACKEND` and `DELIVERY_ROUTES` may name. */
export const backendNames = [
  'console',
  'smtp',
  'twilio',
  'webhook',
  'ses',
  'resend',
  'vonage',
  'whatsapp',
] as const;
export type BackendName = (typeof backendNames)[number];
export type Routes = Partial<Record<Channel, BackendName[]>>;

const isChannel = (text: string): text is Channel => channels.some((channel) => channel === text);
const isBackend = (text: string): text is BackendName => backendNames.some((name) => name === text);

/** Reads `email=smtp,ses;sms=twilio`, or null when it is not of this form or names what there is not. */
export function readRoutes(text: string): Routes | null {
  const routes: Routes = {};
  for (const part of text.split(';').filter((part) => part.trim() !== '')) {
    const [channel = '', list = '', ...rest] = part.split('=').map((piece) => piece.trim());
    const names = list.split(',').map((name) => name.trim());
    const isGood = isChannel(channel) && routes[channel] === undefined && rest.length === 0;
    if (!isGood || new Set(names).size < names.length || !names.every(isBackend)) return null;
    routes[channel] = names;
  }
  return Object.keys(routes).length > 0 ? routes : null;
}
