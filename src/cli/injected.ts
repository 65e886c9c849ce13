type Source = Readonly<Record<string, string | undefined>>;

const address = /^(?:tcp|udp|sctp):\/\/[^\s/]+:[0-9]+$/;

/**
 * The variables that Kubernetes and Docker add for a service or a container that is called, say, `smtp`: `SMTP_PORT` with
 * an address, `SMTP_SERVICE_HOST`, `SMTP_PORT_25_TCP_ADDR` and so on. Nobody has set them.
 *
 * https://kubernetes.io/docs/concepts/services-networking/service/#environment-variables
 */
export function findInjected(environment: Source): ReadonlySet<string> {
  const services = Object.entries(environment).flatMap(([name, value = '']) => {
    const [, service] = /^(\w+)_(?:PORT|SERVICE_HOST)$/.exec(name) ?? [];
    return service !== undefined && (address.test(value) || name.endsWith('_SERVICE_HOST')) ? [service] : [];
  });
  const injected = new Set<string>();
  for (const service of new Set(services)) {
    for (const [name, value = ''] of Object.entries(environment)) {
      if (!name.startsWith(`${service}_`)) continue;
      const rest = name.slice(service.length + 1);
      const isAdded =
        /^SERVICE_(?:HOST|PORT(?:_\w+)?)$|^PORT_[0-9]+_(?:TCP|UDP|SCTP)(?:_\w+)?$|^ENV_/.test(rest) ||
        (rest === 'PORT' && address.test(value)) ||
        // The alias of a Docker link.
        (rest === 'NAME' && /^\/[\w.-]+\/[\w.-]+$/.test(value));
      if (isAdded) injected.add(name);
    }
  }
  return injected;
}
