import type { Model, ModelChange, NewModel } from './calls';

export const kinds = ['chat', 'embedding', 'image', 'speech', 'transcription', 'moderation', 'rerank', 'video'] as const;
/** All that the hub knows of, in the order in which people think of them. */
export const abilities = ['streaming', 'tools', 'parallel_tools', 'json_schema', 'reasoning', 'images', 'documents', 'audio', 'prompt_caching', 'server_tools', 'stateful', 'long_context'] as const;

/** A model as its form holds it: figures that nobody knows are empty. */
export interface ModelFields {
  display_name: string;
  vendor: string;
  kind: Model['kind'];
  aliases: string[];
  context_window: number | string;
  long_context_window: number | string;
  max_output_tokens: number | string;
  capabilities: string[];
  open_weights: boolean;
  released_on: string;
}

export type Member = keyof ModelFields;
export const members: readonly Member[] = ['display_name', 'vendor', 'kind', 'aliases', 'context_window', 'long_context_window', 'max_output_tokens', 'capabilities', 'open_weights', 'released_on'];

type Facts = Pick<Model, 'display_name' | 'vendor' | 'kind' | 'aliases' | 'capabilities' | 'open_weights'> & Partial<Pick<Model, 'context_window' | 'long_context_window' | 'max_output_tokens' | 'released_on'>>;

export const fieldsOf = (model: Facts): ModelFields => ({
  display_name: model.display_name, vendor: model.vendor, kind: model.kind, aliases: [...model.aliases], context_window: model.context_window ?? '', long_context_window: model.long_context_window ?? '',
  max_output_tokens: model.max_output_tokens ?? '', capabilities: [...model.capabilities], open_weights: model.open_weights, released_on: model.released_on ?? '',
});

export const blank: ModelFields = { display_name: '', vendor: '', kind: 'chat', aliases: [], context_window: '', long_context_window: '', max_output_tokens: '', capabilities: [], open_weights: false, released_on: '' };

/** What the built-in catalogue says; of an operator's own model nothing. */
export const builtinOf = (model: Model): ModelFields | undefined => (model.origin === 'own' ? undefined : fieldsOf(model.builtin ?? model));

const plain = (value: ModelFields[Member], member: Member) => (member === 'capabilities' ? JSON.stringify([...(value as string[])].sort()) : typeof value === 'string' ? value.trim() : JSON.stringify(value));
export const same = (member: Member, one: ModelFields, other: ModelFields): boolean => plain(one[member], member) === plain(other[member], member);
const isEmpty = (value: ModelFields[Member]) => typeof value === 'string' && value.trim() === '';

/** Members whose text differs. */
export const differing = (one: ModelFields, other: ModelFields): Member[] => members.filter((member) => !same(member, one, other));

const sent = (value: ModelFields[Member]) => (typeof value === 'string' ? value.trim() : value);

/**
 * What a PATCH says: only what was changed here, so that somebody else's change of another member stays.
 * @param builtin what goes back to it is sent as null, and follows the catalogue again
 */
export function changeOf(before: ModelFields, now: ModelFields, builtin: ModelFields | undefined): ModelChange {
  return Object.fromEntries(differing(before, now).map((member) => [member, isEmpty(now[member]) || (builtin !== undefined && same(member, now, builtin)) ? null : sent(now[member])])) as ModelChange;
}

/** A new model: what was left empty stays unknown. */
export function newOf(id: string, now: ModelFields): NewModel {
  return { id: id.trim(), ...Object.fromEntries(differing(blank, now).map((member) => [member, sent(now[member])])) } as NewModel;
}

/**
 * Puts what was typed on top of what somebody else saved meanwhile.
 * @param base what both began with
 */
export function merged(base: ModelFields, mine: ModelFields, theirs: ModelFields): ModelFields {
  return Object.fromEntries(members.map((member) => [member, same(member, base, mine) ? theirs[member] : mine[member]])) as unknown as ModelFields;
}
