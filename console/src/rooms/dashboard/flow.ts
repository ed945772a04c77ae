import type { FlowLink } from './calls';

export interface FlowNode {
  name: string;
  value: number;
  y: number;
  height: number;
}

export interface Ribbon {
  group: string;
  channel: string;
  value: number;
  /** Middles and half widths at both ends. */
  y0: number;
  y1: number;
  height: number;
  /** Failed attempts by attempts. */
  failing: number;
}

export const Gap = 12;
const Least = 2;

/** Places groups on the left and channels on the right, each as high as what went through it, and the ribbons between them. Empty names are calls that nothing served: they are left out. */
export function layOut(links: readonly FlowLink[], height: number): { groups: FlowNode[]; channels: FlowNode[]; ribbons: Ribbon[] } {
  const used = links.filter(({ group, channel, attempts, calls }) => group !== '' && channel !== '' && Math.max(attempts ?? 0, calls) > 0);
  const value = ({ attempts, calls }: FlowLink) => Math.max(attempts ?? 0, calls);
  const sums = (name: (link: FlowLink) => string) => {
    const all = new Map<string, number>();
    used.forEach((link) => { all.set(name(link), (all.get(name(link)) ?? 0) + value(link)); });
    return [...all].sort(([, left], [, right]) => right - left);
  };
  const [left, right] = [sums((link) => link.group), sums((link) => link.channel)];
  const total = used.reduce((sum, link) => sum + value(link), 0);
  const room = height - Gap * (Math.max(left.length, right.length, 1) - 1);
  const scale = total === 0 ? 0 : Math.max(room, 1) / total;
  const stack = (names: [string, number][]): FlowNode[] => {
    const own = names.reduce((sum, [, count]) => sum + Math.max(Least, count * scale), 0) + Gap * (names.length - 1);
    let y = Math.max(0, (height - own) / 2);
    return names.map(([name, count]) => {
      const node = { name, value: count, y, height: Math.max(Least, count * scale) };
      y += node.height + Gap;
      return node;
    });
  };
  const [groups, channels] = [stack(left), stack(right)];
  const places = (nodes: FlowNode[]) => new Map(nodes.map((node) => [node.name, node.y]));
  const [from, to] = [places(groups), places(channels)];
  const order = (nodes: FlowNode[]) => new Map(nodes.map((node, index) => [node.name, index]));
  const [groupOrder, channelOrder] = [order(groups), order(channels)];
  const ribbons = [...used]
    .sort((one, other) => (groupOrder.get(one.group) ?? 0) - (groupOrder.get(other.group) ?? 0) || (channelOrder.get(one.channel) ?? 0) - (channelOrder.get(other.channel) ?? 0))
    .map((link) => {
      const thick = Math.max(Least / 2, value(link) * scale);
      const [y0, y1] = [from.get(link.group) ?? 0, to.get(link.channel) ?? 0];
      from.set(link.group, y0 + thick);
      to.set(link.channel, y1 + thick);
      return { group: link.group, channel: link.channel, value: value(link), y0: y0 + thick / 2, y1: y1 + thick / 2, height: thick, failing: (link.attempts ?? 0) === 0 ? 0 : (link.failed_attempts ?? 0) / (link.attempts ?? 1) };
    });
  return { groups, channels, ribbons };
}
