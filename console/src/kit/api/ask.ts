import { call, callVersioned, type Versioned } from './call';
import type { components, paths } from './schema';

/** A shape of the management API, by its name in `docs/api/openapi.json`. */
export type Shape<Name extends keyof components['schemas']> = components['schemas'][Name];

type Verb = 'GET' | 'POST' | 'PATCH' | 'PUT' | 'DELETE';

/** The paths that answer to a verb. */
export type PathOf<V extends Verb> = { [P in keyof paths]: paths[P] extends Readonly<Record<Lowercase<V>, object>> ? P : never }[keyof paths];

type Operation<V extends Verb, P> = P extends keyof paths ? paths[P] extends Readonly<Record<Lowercase<V>, infer Found>> ? Found : never : never;

type Json<T> = T extends { readonly content: { readonly 'application/json': infer Body } } ? Body : T extends { content: { readonly 'application/json': infer Body } } ? Body : undefined;

/** What an operation answers when it does what it was asked. */
export type Told<V extends Verb, P> = Operation<V, P> extends { readonly responses: infer All } ? { [Code in keyof All & (200 | 201 | 202 | 204)]: Json<All[Code]> }[keyof All & (200 | 201 | 202 | 204)] : never;

/** The members of a query. */
export type QueryOf<V extends Verb, P> = Operation<V, P> extends { readonly parameters: { readonly query?: infer Members } } ? NonNullable<Members> : never;

/** The body that an operation takes. */
export type BodyOf<V extends Verb, P> = Operation<V, P> extends { readonly requestBody: { readonly content: { readonly 'application/json': infer Body } } } ? Body
  : Operation<V, P> extends { readonly requestBody?: { readonly content: { readonly 'application/json': infer Body } } } ? Body | undefined : undefined;

type InPath<V extends Verb, P> = Operation<V, P> extends { readonly parameters: { readonly path: infer Members } } ? { [Name in keyof Members]: string | number } : undefined;
type Member<Name extends string, T> = undefined extends T ? Partial<Record<Name, T>> : Record<Name, T>;

/** What goes with a question. `etag` is the one that was read; `idempotencyKey` one for each intention. */
export type With<V extends Verb, P> = Member<'in', InPath<V, P>> & Member<'body', BodyOf<V, P>> & { query?: { [Name in keyof QueryOf<V, P>]?: QueryOf<V, P>[Name] | null | '' }; etag?: string; idempotencyKey?: string; signal?: AbortSignal };

type Rest<T> = Record<never, never> extends T ? [T?] : [T];

function filled(path: string, members: Record<string, string | number> | undefined): string {
  return path.replace(/{(\w+)}/g, (_, name: string) => encodeURIComponent(String(members?.[name] ?? '')));
}

function parts(path: string, options: unknown) {
  const { in: members, ...more } = (options ?? {}) as { in?: Record<string, string | number> };
  return [filled(path, members), more] as const;
}

/**
 * Asks an operation of the management API; verbs, paths, members and answers are those of `docs/api/openapi.json`.
 * @throws Problem when the hub refuses, or is not reached (status 0)
 */
export function ask<V extends Verb, P extends PathOf<V>>(verb: V, path: P, ...[options]: Rest<With<V, P>>): Promise<Told<V, P>> {
  return call<Told<V, P>>(verb, ...parts(path, options));
}

/** Like {@link ask}, with the ETag under which what was read may be changed. */
export function askVersioned<V extends Verb, P extends PathOf<V>>(verb: V, path: P, ...[options]: Rest<With<V, P>>): Promise<Versioned<Told<V, P>>> {
  return callVersioned<Told<V, P>>(verb, ...parts(path, options));
}

/** The address of a download or a picture, for a link. */
export function addressIn(path: PathOf<'GET'>, members?: Record<string, string | number>): string {
  return filled(path, members);
}
