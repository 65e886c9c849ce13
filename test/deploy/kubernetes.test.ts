import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import type { Deployment } from 'kubernetes-types/apps/v1.js';
import type { ConfigMap, Service } from 'kubernetes-types/core/v1.js';
import type { NetworkPolicy } from 'kubernetes-types/networking/v1.js';
import type { PodDisruptionBudget } from 'kubernetes-types/policy/v1.js';
import { parse, parseAllDocuments } from 'yaml';
import { loadConfig } from '../../src/cli/config.js';
import { generateSecretKey } from '../../src/index.js';
import { type SettingName, settings } from '../../src/options/settings.js';
import { readCodeBlocks } from '../helpers/docs.js';
import { root } from '../helpers/process.js';

interface Manifest {
  apiVersion: string;
  kind: string;
}

const parseManifests = (text: string): Manifest[] =>
  parseAllDocuments(text, { strict: true }).map((document) => {
    assert.deepEqual(document.errors, []);
    return document.toJS();
  });
const file = 'deploy/kubernetes/stateless-otp.yaml';
const manifests = parseManifests(readFileSync(join(root, file), 'utf8'));
const find = <Kind>(kind: string) => manifests.find((manifest) => manifest.kind === kind) as Kind;

/** Compiles each as a literal, so that a field that does not exist is an error as well. */
function checkTypes(all: Manifest[]): string {
  mkdirSync(join(root, '.scratch'), { recursive: true });
  const folder = mkdtempSync(join(root, '.scratch', 'kubernetes-'));
  try {
    const lines = all.map((manifest) => {
      const group = manifest.apiVersion.replace('.k8s.io', '');
      const path = group.includes('/') ? group : `core/${group}`;
      return `(${JSON.stringify(manifest)}) satisfies import('kubernetes-types/${path}.js').${manifest.kind};`;
    });
    writeFileSync(join(folder, 'manifests.ts'), `export {};\n${lines.join('\n')}\n`);
    const options = {
      module: 'nodenext',
      target: 'es2023',
      strict: true,
      noEmit: true,
      skipLibCheck: true,
      types: [],
    };
    writeFileSync(join(folder, 'tsconfig.json'), JSON.stringify({ compilerOptions: options }));
    return spawnSync(join(root, 'node_modules/.bin/tsc'), ['-p', folder], { encoding: 'utf8' }).stdout;
  } finally {
    rmSync(folder, { recursive: true });
  }
}

test('every manifest is what Kubernetes expects of its kind', () => {
  assert.deepEqual(
    manifests.map(({ kind }) => kind),
    ['ConfigMap', 'Deployment', 'Service', 'PodDisruptionBudget', 'NetworkPolicy'],
  );
  assert.equal(checkTypes(manifests), '');
  // That a mistake would be found.
  const deployment = structuredClone(find<Deployment>('Deployment'));
  Object.assign(deployment.spec?.template.spec ?? {}, { readOnlyRootFilesystem: true });
  assert.match(checkTypes([deployment as Manifest]), /readOnlyRootFilesystem/);
});

test('the Ingress of the documentation is one too', () => {
  const blocks = readCodeBlocks('docs/deployment.md').filter(({ language }) => language === 'yaml');
  const ingresses = blocks
    .filter(({ code }) => code.includes('kind: Ingress'))
    .flatMap(({ code }) => parseManifests(code));
  assert.equal(ingresses.length, 2);
  assert.equal(checkTypes(ingresses), '');
});

test('the blocks for Envoy are YAML', () => {
  const blocks = readCodeBlocks('docs/deployment.md').filter(({ language }) => language === 'yaml');
  const others = blocks.filter(({ code }) => code.includes('envoy.'));
  assert.equal(others.length, 2);
  for (const { code } of others) parse(code, { strict: true });
});

describe('the deployment', () => {
  const { spec } = find<Deployment>('Deployment');
  const pod = spec?.template.spec;
  const [container] = pod?.containers ?? [];
  assert.ok(pod && container);

  test('runs without root, without rights, and writes to no file', () => {
    assert.deepEqual([pod.securityContext?.runAsNonRoot, pod.securityContext?.runAsUser], [true, 1000]);
    assert.deepEqual(container.securityContext, {
      allowPrivilegeEscalation: false,
      readOnlyRootFilesystem: true,
      capabilities: { drop: ['ALL'] },
    });
    assert.equal(pod.automountServiceAccountToken, false);
    assert.ok(container.resources?.limits?.['memory']);
  });

  test('is asked for life and readiness where the service answers', () => {
    const paths = [container.startupProbe, container.livenessProbe, container.readinessProbe].map(
      (probe) => probe?.httpGet?.path,
    );
    assert.deepEqual(paths, ['/livez', '/livez', '/readyz']);
    assert.equal(container.readinessProbe?.httpGet?.port, container.ports?.[0]?.name);
    assert.equal(find<Service>('Service').spec?.ports?.[0]?.targetPort, container.ports?.[0]?.name);
  });

  test('gives the service the time that it takes to stop', () => {
    const pause = Number(container.lifecycle?.preStop?.exec?.command?.[1]);
    const grace = Number(settings.SHUTDOWN_GRACE_SECONDS.default);
    assert.ok((pod.terminationGracePeriodSeconds ?? 0) > pause + grace);
  });

  test('keeps at least one pod while others are moved or replaced', () => {
    assert.ok(
      (spec?.replicas ?? 0) > Number(find<PodDisruptionBudget>('PodDisruptionBudget').spec?.minAvailable),
    );
    assert.equal(spec?.strategy?.rollingUpdate?.maxUnavailable, 0);
  });

  test('is meant by every selector', () => {
    const { labels } = spec?.template.metadata ?? {};
    for (const selected of [
      spec?.selector.matchLabels,
      find<Service>('Service').spec?.selector,
      find<PodDisruptionBudget>('PodDisruptionBudget').spec?.selector?.matchLabels,
      find<NetworkPolicy>('NetworkPolicy').spec?.podSelector?.matchLabels,
      pod.topologySpreadConstraints?.[0]?.labelSelector?.matchLabels,
    ]) {
      assert.deepEqual(selected, labels);
    }
  });

  test('has settings that the service accepts, with secrets in files alone', () => {
    const data = find<ConfigMap>('ConfigMap').data ?? {};
    const files = Object.entries(data).filter(([name]) => name.endsWith('_FILE'));
    const [{ mountPath } = { mountPath: '' }] = container.volumeMounts ?? [];
    const secrets = files.map(([name, path]) => {
      assert.ok(path.startsWith(`${mountPath}/`));
      return [name.replace(/_FILE$/, ''), generateSecretKey()] as const;
    });
    const plain = Object.entries(data).filter(([name]) => !name.endsWith('_FILE'));
    // The password in a URL is one too.
    const exposed = plain.filter(
      ([name, value]) => settings[name as SettingName]?.isSecret && !URL.canParse(value),
    );
    assert.deepEqual(exposed, []);
    assert.equal(new URL(data['REDIS_URL'] ?? '').password, '');
    const { problems, warnings } = loadConfig(Object.fromEntries([...plain, ...secrets]));
    assert.deepEqual({ problems, warnings }, { problems: [], warnings: [] });
    assert.equal(pod.volumes?.[0]?.secret?.defaultMode, 0o440);
    assert.equal(pod.enableServiceLinks, false);
  });
});
