/** Templates of e-mails; see `template.ts`. */
export const emailText = `{{title}}

{{enter}}

{{code}}

{{expires}}
{{keep}}

{{ignore}}
`;

/** With a link, after the code: what is copied or filled in comes first. */
export const emailLinkText = emailText.replace('{{code}}\n', '{{code}}\n\n{{linkInMessage}}\n\n{{link}}\n');

const fonts = "-apple-system, 'Segoe UI', Roboto, 'Helvetica Neue', Arial, sans-serif";
const codeFonts = "ui-monospace, 'SF Mono', Menlo, Consolas, 'Courier New', monospace";

/** Dark mode; the inline styles are for light mode, and for clients that drop style sheets. */
const dark = [
  ['page', 'background-color: #121417'],
  ['card', 'background-color: #1d2024; border-color: #34393f'],
  ['strong', 'color: #f4f5f7'],
  ['text', 'color: #d3d7dc'],
  ['faint', 'color: #aab1ba'],
  ['code', 'background-color: #2a2f35; border-color: #454c54; color: #ffffff'],
].map(([name, rules]) => [`.otp-${name}`, (rules ?? '').replace(/(;|$)/g, ' !important$1')]);
const darkRules = (before: string) =>
  dark.map(([selector, rules]) => `${before}${selector} { ${rules}; }`).join('\n');

// Keeps clients from showing the start of the body, and so the code, after the preheader.
const filler = '&#847;&zwnj;&nbsp;'.repeat(80);

/**
 * Tables and inline styles for Outlook, whose layout engine is Word; nothing to fetch. The code is a single run of text:
 * one tap selects it, it is copied without spaces, and autofill finds it near the words that introduce it.
 */
export const emailHtml = `<!doctype html>
<html lang="{{locale}}" dir="{{direction}}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="supported-color-schemes" content="light dark">
<meta name="format-detection" content="telephone=no, date=no, address=no, email=no, url=no">
<meta name="x-apple-disable-message-reformatting">
<title>{{subject}}</title>
<style>
:root { color-scheme: light dark; supported-color-schemes: light dark; }
@media (prefers-color-scheme: dark) {
${darkRules('')}
}
${darkRules('[data-ogsc] ')}
</style>
</head>
<body class="otp-page" style="margin: 0; padding: 0; background-color: #f3f4f6; -webkit-text-size-adjust: 100%;">
<div style="display: none; max-height: 0; overflow: hidden; mso-hide: all;">{{expires}} ${filler}</div>
<div role="main" lang="{{locale}}" dir="{{direction}}">
<table role="presentation" class="otp-page" width="100%" cellpadding="0" cellspacing="0" border="0" style="background-color: #f3f4f6;">
<tr>
<td align="center" style="padding: 24px 12px;">
<!--[if mso]><table role="presentation" width="480" cellpadding="0" cellspacing="0" border="0"><tr><td><![endif]-->
<table role="presentation" class="otp-card" width="100%" cellpadding="0" cellspacing="0" border="0" style="max-width: 480px; background-color: #ffffff; border: 1px solid #dfe2e6; border-radius: 12px; border-collapse: separate;">
<tr>
<td align="{{align}}" style="padding: 28px 24px; text-align: {{align}}; font-family: ${fonts};">
<h1 class="otp-strong" style="margin: 0 0 12px; font-size: 20px; line-height: 28px; font-weight: 600; color: #16191d; overflow-wrap: anywhere;">{{title}}</h1>
<p class="otp-text" style="margin: 0 0 16px; font-size: 16px; line-height: 24px; color: #353b42;">{{enter}}</p>
<table role="presentation" width="100%" cellpadding="0" cellspacing="0" border="0">
<tr>
<td class="otp-code" dir="ltr" align="center" style="padding: 16px 4px; background-color: #f3f4f6; border: 1px solid #dfe2e6; border-radius: 8px; font-family: ${codeFonts}; font-size: 30px; line-height: 38px; font-weight: 700; letter-spacing: 3px; color: #16191d; white-space: nowrap; -webkit-user-select: all; user-select: all;">{{code}}</td>
</tr>
</table>
<p class="otp-text" style="margin: 16px 0 0; font-size: 16px; line-height: 24px; color: #353b42;">{{expires}}<br>{{keep}}</p>
<p class="otp-faint" style="margin: 16px 0 0; font-size: 14px; line-height: 22px; color: #596069;">{{ignore}}</p>
</td>
</tr>
</table>
<!--[if mso]></td></tr></table><![endif]-->
</td>
</tr>
</table>
</div>
</body>
</html>
`;

const afterCode =
  '<p class="otp-text" style="margin: 16px 0 0; font-size: 16px; line-height: 24px; color: #353b42;">{{expires}}';
const linkHtml = `<p class="otp-text" style="margin: 16px 0 8px; font-size: 16px; line-height: 24px; color: #353b42;">{{linkInMessage}}</p>
<p style="margin: 0; font-size: 16px; line-height: 24px;"><a class="otp-strong" href="{{link}}" style="color: #1d4fc4; font-weight: 600;">{{signIn}}</a></p>
`;

export const emailLinkHtml = emailHtml.replace(afterCode, `${linkHtml}${afterCode}`);
