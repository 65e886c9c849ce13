import { create } from './element-base.js';
import { type HumanCheck, OTPError } from './errors.js';
import { solveAside } from './solve-aside.js';

interface Turnstile {
  render(
    container: HTMLElement,
    options: { sitekey: string; callback(token: string): void; 'error-callback'(): void },
  ): void;
}

/** If several are not enough, something is wrong with the browser. */
const maxRounds = 3;
const turnstileScript = 'https://challenges.cloudflare.com/turnstile/v0/api.js?render=explicit';

/**
 * Asks for something, solves the checks that come first without a click, and asks again with the solution.
 *
 * @param say tells what is under way, or that nothing is
 */
export async function askPastChecks<Result>(
  ask: (humanCheck: string | null) => Promise<Result>,
  { host, signal, say }: { host: HTMLElement; signal: AbortSignal; say(isChecking: boolean): void },
): Promise<Result> {
  let humanCheck: string | null = null;
  for (let round = 0; ; round++) {
    try {
      return await ask(humanCheck);
    } catch (error) {
      const check = error instanceof OTPError && round < maxRounds ? error.humanCheck : null;
      if (!check) throw error;
      say(true);
      humanCheck = await answerCheck(check, host, signal);
      say(false);
      if (humanCheck === null) throw error;
    }
  }
}

/** Solves a check: a puzzle silently, Turnstile in the slot `human-check` of the element. Null: it cannot be solved. */
function answerCheck(check: HumanCheck, host: HTMLElement, signal: AbortSignal): Promise<string | null> {
  return check.provider === 'altcha'
    ? solveAside(check.challenge, signal)
    : askTurnstile(check.site_key, host, signal).catch(() => null);
}

async function askTurnstile(sitekey: string, host: HTMLElement, signal: AbortSignal): Promise<string> {
  const turnstile = await loadTurnstile();
  // Outside the shadow root: inside it, Cloudflare's script does not find its own elements.
  const container = create('div', { slot: 'human-check' });
  host.append(container);
  try {
    return await new Promise((resolve, reject) => {
      signal.addEventListener('abort', reject);
      turnstile.render(container, {
        sitekey,
        callback: resolve,
        'error-callback': () => reject(new Error()),
      });
    });
  } finally {
    container.remove();
  }
}

async function loadTurnstile(): Promise<Turnstile> {
  const page = window as { turnstile?: Turnstile };
  if (page.turnstile) return page.turnstile;
  const script = create('script', { src: turnstileScript });
  await new Promise((resolve, reject) => {
    script.addEventListener('load', resolve);
    script.addEventListener('error', reject);
    document.head.append(script);
  });
  if (!page.turnstile) throw new Error('Turnstile did not load');
  return page.turnstile;
}
