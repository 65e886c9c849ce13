/** The style of `<stateless-otp-sign-in>`. Properties that begin with `--_` are private; the page may set the others. */
export const signInStyle = `
:host {
  --_bad: #b3261e; --_good: #17663a; --_ring: #2357d9;
  display: block; width: min(24rem, 100vw - 2rem); max-width: 100%; font: 1rem/1.5 system-ui, sans-serif; color: inherit;
  overflow-wrap: anywhere;
}
@supports (color: light-dark(red, red)) {
  :host { --_bad: light-dark(#b3261e, #ffb4ab); --_good: light-dark(#17663a, #8fd8ab); --_ring: light-dark(#2357d9, #7fa4ff); }
}
:host([hidden]) { display: none; }
[part=card] {
  padding: var(--otp-padding, 28px); border: 1px solid var(--otp-line, color-mix(in srgb, currentcolor 18%, transparent));
  border-radius: 1rem; background: var(--otp-card, transparent);
}
h2, p { margin: 0; }
h2 { font-size: 1.375rem; font-weight: 650; line-height: 1.25; margin-bottom: .75rem; }
[part=lead] { margin: -.5rem 0 1rem; }
form { display: grid; }
label { font-weight: 600; margin-bottom: .375rem; }
[part=line] { min-height: 3.75rem; padding: .5rem 0 .625rem; font-size: .875em; }
[part=hint] { opacity: .8; }
[part~=error] { color: var(--otp-error, var(--_bad)); }
[part~=success] { color: var(--otp-success, var(--_good)); }
[part~=success]:not(:empty)::before { content: "\\2713\\a0"; }
[part=line] p:empty, [part=line] p:not(:empty) ~ [part=hint] { display: none; }
input, button {
  box-sizing: border-box; width: 100%; min-height: 3rem; padding: .5rem 14px; font: inherit;
  border: 1px solid var(--otp-border, #868d99); border-radius: var(--otp-radius, .625rem);
  background: var(--otp-field, transparent); color: inherit;
}
:host(:dir(rtl)) input { text-align: right; }
input[aria-invalid=true] { border-color: var(--otp-error, var(--_bad)); }
button { display: flex; align-items: center; justify-content: center; gap: .5rem; cursor: pointer; font-weight: 600; }
[part~=primary] {
  border-color: transparent; background: var(--otp-accent, #2357d9); color: var(--otp-on-accent, #fff);
}
[part~=secondary] { width: fit-content; text-align: start; min-height: 2rem; margin-top: .75rem; padding: 0; border: 0; background: none; }
[part=lead] [part~=secondary] { display: inline; min-height: 0; margin: 0; text-decoration: underline; font-weight: 400; }
button bdi { white-space: nowrap; }
button:disabled { cursor: default; }
[part~=secondary]:disabled { opacity: .7; }
[aria-busy=true]::before {
  content: ""; width: 1em; height: 1em; border: 2px solid; border-radius: 50%; mask: conic-gradient(#000 75%, transparent 0);
  animation: turn .8s linear infinite;
}
form[aria-busy=true]::before { content: none; }
@keyframes turn { to { rotate: 1turn; } }
@media (prefers-reduced-motion: reduce) { [aria-busy=true]::before { animation: none; } }
@media (forced-colors: active) { [part~=primary] { border-color: ButtonText; } }
:is(input, button):focus-visible { outline: 2px solid var(--otp-accent, var(--_ring)); outline-offset: 2px; }
input:focus-visible { outline-offset: -1px; }
input[aria-invalid=true]:focus-visible { outline-color: var(--otp-error, var(--_bad)); }
[part=unseen] { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); white-space: nowrap; }
`;
