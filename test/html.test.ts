import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { fillHtml, html } from '../src/html.js';

// Attack: put markup where a value is shown.
test('a value never becomes markup, in text and in attributes', () => {
  const attack = `"'><script>alert(1)</script>&lt;`;
  const { markup } = html`<p title="${attack}">${attack}</p>`;
  const escaped = '&#34;&#39;&#62;&#60;script&#62;alert(1)&#60;/script&#62;&#38;lt;';
  assert.equal(markup, `<p title="${escaped}">${escaped}</p>`);
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), (text) => {
      assert.doesNotMatch(html`${text}`.markup, /[<>"']|&(?!#\d+;)/);
      assert.doesNotMatch(
        fillHtml(`${text.replaceAll(/[{}]/g, '')}{to}`, { to: text }).markup,
        /[<>"']|&(?!#\d+;)/,
      );
    }),
    { seed: 1 },
  );
});

// Attack: send JSON that looks like what the template makes.
test('what only looks like markup is refused', () => {
  assert.throws(() => html`${JSON.parse('{"markup":"<script>"}')}`, /only html`…` makes markup/);
});

test('markup stays markup, lists are joined and nothing is left of what is not there', () => {
  const items = ['a', '<b>'].map((text) => html`<li>${text}</li>`);
  assert.equal(
    html`<ul>${items}</ul>${false}${null}${undefined}${0}`.markup,
    '<ul><li>a</li><li>&#60;b&#62;</li></ul>0',
  );
  assert.equal(fillHtml('<{to}>', { to: html`<b>x</b>` }).markup, '&#60;<b>x</b>&#62;');
});
