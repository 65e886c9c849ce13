import type { Channel } from '../core/policy.js';
import type { Content } from '../ports.js';

const notice = 'This is a test: nobody asked for this code, and it opens nothing.';
/** Leaves most of the 160 characters of an SMS. */
const shortNotice = 'TEST, this code opens nothing.';

/** Says in a message, before anything else, that it is a test. */
export function markAsTest(content: Content, channel: Channel): Content {
  const { subject, text, html } = content;
  return {
    ...content,
    subject: `[Test] ${subject}`,
    text: channel === 'email' ? `${notice}\n\n${text}` : `${shortNotice}\n${text}`,
    ...(html === undefined ? {} : { html: insertIntoBody(html, `<p>${notice}</p>`) }),
  };
}

/** After the start tag of the body; templates may leave it out. */
function insertIntoBody(html: string, part: string): string {
  return /<body\b[^>]*>/i.test(html)
    ? html.replace(/<body\b[^>]*>/i, (tag) => `${tag}${part}`)
    : `${part}${html}`;
}
