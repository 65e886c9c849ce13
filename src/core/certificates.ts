import { X509Certificate } from 'node:crypto';

const block =
  /-----BEGIN (?:X509 |TRUSTED )?CERTIFICATE-----[\s\S]*?-----END (?:X509 |TRUSTED )?CERTIFICATE-----/g;

/** Whether a PEM file holds certificates, each of them valid. Node's TLS ignores anything else in a file of authorities. */
export function holdsCertificates(pem: string): boolean {
  const blocks = pem.match(block) ?? [];
  try {
    for (const one of blocks) new X509Certificate(one);
    return blocks.length > 0;
  } catch {
    return false;
  }
}
