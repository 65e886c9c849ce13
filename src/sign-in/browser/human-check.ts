// Solves the human check that a form asks for, and sends the form again.

interface Turnstile {
  render(
    container: string,
    options: { sitekey: string; callback(token: string): void; 'error-callback'(): void },
  ): void;
}

interface ScriptPolicy {
  createScriptURL(url: string): string;
}

/** If it cannot be solved, the notice stays and says how long to wait. */
export function answerCheck(): void {
  const field = document.querySelector<HTMLInputElement>('[name=human_check]');
  const form = field?.form;
  const notice = document.querySelector('#notice');
  if (!field || !form || !notice) return;
  const { siteKey, text = '' } = field.dataset;
  const before = [...notice.childNodes];
  const buttons = [...form.querySelectorAll('button')];
  let isOver = false;
  let worker: Worker | undefined;

  const end = () => {
    isOver = true;
    worker?.terminate();
    for (const one of [form, buttons[0]]) one?.removeAttribute('aria-busy');
    for (const button of buttons) button.disabled = false;
  };
  const giveUp = () => {
    if (isOver) return;
    end();
    notice.replaceChildren(...before);
  };
  const finish = (solution: unknown) => {
    if (isOver || typeof solution !== 'string') return giveUp();
    end();
    field.value = solution;
    form.requestSubmit();
  };

  const busy = document.createElement('p');
  busy.className = 'notice';
  busy.textContent = text;
  notice.replaceChildren(busy);
  // Nothing that was typed is wrong.
  for (const wrong of form.querySelectorAll('[aria-invalid]')) wrong.removeAttribute('aria-invalid');
  for (const one of [form, buttons[0]]) one?.setAttribute('aria-busy', 'true');
  for (const button of buttons) button.disabled = true;
  // The solution would be for what was typed before.
  form.addEventListener('input', giveUp);
  try {
    if (siteKey === undefined) worker = startSolver(field.dataset, finish, giveUp);
    else showTurnstile(siteKey, finish, giveUp);
  } catch {
    giveUp();
  }
}

function startSolver(
  { puzzle = '', solver = '' }: DOMStringMap,
  finish: (solution: unknown) => void,
  giveUp: () => void,
): Worker {
  const worker = new Worker(allowScript(solver));
  worker.onmessage = ({ data }) => finish(data);
  worker.onerror = giveUp;
  worker.postMessage(JSON.parse(puzzle));
  return worker;
}

function showTurnstile(sitekey: string, callback: (token: string) => void, giveUp: () => void): void {
  const { turnstile } = window as unknown as { turnstile: Turnstile };
  turnstile.render('#turnstile', { sitekey, callback, 'error-callback': giveUp });
}

/** Browsers that enforce trusted types accept no plain text as the URL of a worker. */
function allowScript(url: string): string {
  const { trustedTypes } = window as unknown as {
    trustedTypes?: { createPolicy(name: string, rules: ScriptPolicy): ScriptPolicy };
  };
  const rules = { createScriptURL: (given: string) => (given === url ? given : '') };
  return trustedTypes?.createPolicy('human-check', rules).createScriptURL(url) ?? url;
}
