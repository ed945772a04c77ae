import { makeTraffic } from '../../test/hub/traffic.mjs';

let made;
export async function prepare(hub, owner) {
  made = await makeTraffic(hub, owner);
  return { bob: made.bob };
}

export const shots = [
  { name: 'log', path: '/log', as: 'bob' },
  { name: 'log-all', path: '/log?scope=all&span=24h&model=sandbox%2Fecho' },
  { name: 'log-story', get path() { return `/log/${made.failedOver}`; } },
  { name: 'log-refused', get path() { return `/log/${made.refused}`; } },
  { name: 'log-dashboard', path: '/dashboard' },
  { name: 'log-overview', path: '/', as: 'bob' },
];
