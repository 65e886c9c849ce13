/** Labels under which registries of countries give out names: `co.uk`, `com.au`, `ne.jp` … */
const registryLabels =
  /^(?:ac|asn|co|com|edu|firm|gen|go|gob|gouv|gov|govt|gv|id|ind|info|ltd|me|mil|ne|net|nhs|nic|nom|or|org|plc|sch)\.[a-z]{2}$/;

/** Providers that give out names under their own, each to another customer. */
const sharedDomains = new Set(
  `amazonaws.com amplifyapp.com appspot.com azurecontainerapps.io azurestaticapps.net azurewebsites.net bitbucket.io
   blogspot.com cloudapp.net cloudfront.net co.com codeberg.page ddns.net de.com deno.dev duckdns.org dyndns.org elasticbeanstalk.com eu.com
   firebaseapp.com fly.dev gb.net github.io gitlab.io glitch.me herokuapp.com hopto.org koyeb.app lhr.life lovable.app
   myshopify.com netlify.app ngrok-free.app ngrok-free.dev ngrok.app ngrok.dev ngrok.io nip.io no-ip.org northflank.app
   onrender.com ondigitalocean.app pages.dev pythonanywhere.com railway.app readthedocs.io repl.co replit.app run.app
   sslip.io surge.sh traefik.me trycloudflare.com uk.com us.com vercel.app vercel.dev web.app windows.net workers.dev zapto.org`.split(
    /\s+/,
  ),
);

/**
 * Whether strangers are likely to have hosts under this domain too, as under `co.uk` or `vercel.app`. By rules of thumb:
 * the Public Suffix List has 10 000 entries and changes weekly.
 *
 * @param domain in ASCII
 */
export function looksLikePublicSuffix(domain: string): boolean {
  const name = domain.toLowerCase();
  return (
    registryLabels.test(name) ||
    sharedDomains.has(name) ||
    /^s3[.-].*amazonaws\.com$|^[a-z]\.run\.app$/.test(name)
  );
}
