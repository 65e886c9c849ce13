/** The style of `<otp-input>`: one field over all slots. Each character is as wide as a slot and the gap after it. */
export const otpInputStyle = `
:host { --_bad: #b3261e; --_ring: #2357d9; display: block; }
@supports (color: light-dark(red, red)) {
  :host { --_bad: light-dark(#b3261e, #ffb4ab); --_ring: light-dark(#2357d9, #7fa4ff); }
}
:host([hidden]) { display: none; }
div {
  --gap: min(.5rem, 3rem / var(--n)); position: relative; display: grid; grid-template-columns: repeat(var(--n), 1fr); gap: var(--gap);
  height: 3.25rem; overflow: clip; overflow-clip-margin: 4px; container-type: inline-size; direction: ltr;
}
span { border: 1px solid var(--otp-border, #868d99); border-radius: var(--otp-radius, .625rem); background: var(--otp-field, transparent); }
input {
  --advance: calc((100cqw + var(--gap)) / var(--n));
  position: absolute; z-index: 1; inset: 0 auto 0 0; box-sizing: border-box; width: calc(100% + var(--advance)); height: 100%;
  margin: 0; padding: 0; border: 0; outline: 0; background: transparent; color: inherit;
  font: 600 min(1.5rem, .75 * var(--advance))/1.2 var(--otp-code-font, ui-monospace, Menlo, Consolas, monospace);
  letter-spacing: calc(var(--advance) - 1ch); text-indent: calc((var(--advance) - var(--gap) - 1ch) / 2); text-align: left;
}
input:focus ~ span { border-color: var(--otp-accent, var(--_ring)); box-shadow: 0 0 0 1px var(--otp-accent, var(--_ring)); }
:host([aria-invalid=true]) span { border-color: var(--otp-error, var(--_bad)); }
:host([aria-invalid=true]) input:focus ~ span { box-shadow: 0 0 0 1px var(--otp-error, var(--_bad)); }
.text input {
  width: 100%; padding: 0 .75rem; border: 1px solid var(--otp-border, #868d99); border-radius: var(--otp-radius, .625rem);
  font-size: 1rem; letter-spacing: normal; text-indent: 0;
}
.text input:focus { outline: 2px solid var(--otp-accent, var(--_ring)); outline-offset: -1px; }
.text span { visibility: hidden; }
@media (forced-colors: active) {
  /* Browsers would put an opaque background behind the text, over the edges of the slots. */
  input { color: CanvasText; forced-color-adjust: none; }
  input:focus ~ span { outline: 2px solid Highlight; }
  .text input { forced-color-adjust: auto; }
}
`;
