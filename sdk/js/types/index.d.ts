// Types and documentation of the SDK. A component's main module exports by default
// what bolt(), spout() or grouping() returns, or a class that extends Bolt, Spout
// or Grouping.

/** The type of the values of one field; `T` is the type in JavaScript. */
export interface FieldType<In, Out = In> {
  readonly kind: 'bool' | 'int' | 'float' | 'text' | 'bytes' | 'timestamp' | 'json';
  readonly nullable: boolean;
  /** Only for type inference: what a tuple holds, and what may be emitted. */
  readonly '~types'?: { in: In; out: Out };
}

/** An integer of 64 bits: a number where that is safe (`Number.isSafeInteger`), a
 * BigInt elsewhere. Both are taken when emitted. */
export type Integer = number | bigint;

/** Any value that JSON can say. Integers that a number does not hold exactly are
 * BigInts. As in every JavaScript object, keys that look like small integers come
 * first. */
export type Json = null | boolean | number | bigint | string | Json[] | { [key: string]: Json };

/** true or false. */
export const bool: FieldType<boolean>;
/** A signed 64-bit integer. */
export const int: FieldType<Integer>;
/** A 64-bit float. */
export const float: FieldType<number>;
/** Text. Half a surrogate pair is emitted as U+FFFD. */
export const text: FieldType<string>;
/** A byte string; copied when it is emitted. */
export const bytes: FieldType<Uint8Array>;
/** A moment: microseconds since 1970-01-01T00:00:00Z. A Date has milliseconds only,
 * so tuples hold an integer; `toDate` makes a Date of it. A Date may be emitted. */
export const timestamp: FieldType<Integer, Integer | Date>;
/** Any JSON value, parsed. In a nullable field the JSON value `null` cannot be told
 * from no value. What JSON cannot say is refused when it is emitted: NaN, undefined, a
 * function, a Map, an object that is in itself. */
export const json: FieldType<Json>;
/** The same type, and null. */
export function nullable<In, Out>(type: FieldType<In, Out>): FieldType<In | null, Out | null>;

/** The Date of a timestamp; microseconds are cut off towards the past. */
export function toDate(micros: Integer): Date;
/** The timestamp of a Date. Throws a RangeError for an invalid Date. */
export function fromDate(date: Date): Integer;

/** Named, typed fields, in order. Names have 1 to 128 characters of letters,
 * digits, `_` and `-`. */
export type Fields = Record<string, FieldType<any, any>>;

/** A stream that a component emits on. */
export interface OutputStream {
  readonly name: string;
  readonly direct: boolean;
}

/** The stream `default`, with 1 to 1,024 fields. */
export function stream(fields: Fields, options?: StreamOptions): OutputStream;
/** A stream with a name of its own. */
export function stream(name: string, fields: Fields, options?: StreamOptions): OutputStream;

export interface StreamOptions {
  /** Whether each emit names the receiving task (Storm's direct stream). */
  direct?: boolean;
}

/** A row as it is received: the fields as properties. */
export type Tuple<F extends Fields = any> = {
  readonly [K in keyof F]: F[K] extends FieldType<infer In, any> ? In : never;
};

/** A row as it is emitted: an object with all the fields, or an array in their
 * order. No value is null, not undefined. */
export type Values = Readonly<Record<string, unknown>> | readonly unknown[];

/** What is demanded of the inputs of a component. */
interface Describing<F extends Fields> {
  /** One line for people: what the component does. */
  summary?: string;
  /** Fields that every input stream must have, among others and in any order. */
  inputs?: F;
  /** Fields that input streams of a name must have. */
  inputsByStream?: Record<string, Fields>;
  /** A JSON Schema (draft 2020-12) of the configuration; without one the component
   * takes none. */
  config?: object;
}

interface Emitting {
  /** The streams that the component emits on; none for a sink. */
  outputs?: OutputStream[];
  /** What the topology must grant: `stdout` for print(). */
  capabilities?: ('stdout' | 'files' | 'environment')[];
}

/** An input of a task. */
export interface Input {
  readonly component: string;
  readonly stream: string;
  readonly fields: readonly { name: string; kind: FieldType<any>['kind']; nullable: boolean }[];
}

/** What a task is told about itself. */
export interface Context<Config = any> {
  readonly topology: string;
  /** The id of this component in the topology file. */
  readonly component: string;
  /** The id of this task, unique in the topology. */
  readonly task: number;
  /** Which of its component's tasks it is: 0 to taskCount - 1. */
  readonly taskIndex: number;
  readonly taskCount: number;
  readonly inputs: readonly Input[];
  /** The tasks of the components that subscribe to a direct stream of this one. */
  readonly components: ReadonlyMap<string, readonly number[]>;
  /** The configuration of the topology file. */
  readonly config: Config;
}

/** Where a tuple came from. */
export interface Source {
  readonly component: string;
  readonly stream: string;
  readonly task: number;
}

/** Why a task is closed: all work is done, or somebody stopped the topology. */
export type CloseReason = 'finished' | 'stopped';

export interface EmitOptions {
  /** The stream; `default` if absent. */
  stream?: string;
  /** What the row is anchored to: if that is lost, so is this, and both are replayed.
   * Absent: the tuple of the current `process`. `[]`: nothing. */
  anchors?: Tuple | readonly Tuple[];
  /** The receiving task, on a direct stream. */
  directTask?: number;
}

export interface EmitColumnsOptions {
  /** The stream; `default` if absent. */
  stream?: string;
  /** What each row is anchored to: one entry a row, or `[]` for nothing. Absent: each
   * to the tuple of the current `process`; in `processBatch`, row i to row i of the
   * batch, which then has as many. */
  anchors?: readonly (Tuple | readonly Tuple[])[];
  /** In `processBatch`, instead of `anchors`: how many of the rows come from each row of
   * the batch. The first `counts[0]` are anchored to its first row, and so on. */
  counts?: ArrayLike<number>;
  /** The receiving task, on a direct stream. */
  directTask?: number;
}

/** A column of a batch as it came, for `emitColumns`. */
export interface Column<T = unknown> {
  readonly length: number;
  /** Its values. */
  readonly values: readonly T[];
}

/** Rows of one input stream from one task. */
export interface Batch<F extends Fields = any> {
  readonly length: number;
  /** The values of each field. */
  readonly columns: { readonly [K in keyof F]: readonly Tuple<F>[K][] };
  /** The column of a field, to be emitted as it is: its values are not decoded unless
   * somebody asks for them. Throws if there is no such field. */
  column<K extends keyof F>(name: K): Column<Tuple<F>[K]>;
  /** The rows, to anchor to, to ack, fail or keep. */
  readonly tuples: readonly Tuple<F>[];
  readonly source: Source;
  [Symbol.iterator](): Iterator<Tuple<F>>;
}

/**
 * A bolt: it takes tuples and emits rows.
 *
 * A tuple is acked when `process` returns and what is emitted in it is anchored to
 * it. If `process` throws, that tuple fails with the error's message and stack as
 * the reason, and nothing that it emitted, acked, failed or kept in that call of
 * `process` counts; the other tuples and the instance are unharmed.
 *
 * Microtasks run before a call of a method is over, and timers and requests that something
 * waits for are waited for. A promise that it returns, or that something waits for, must be
 * settled when nothing of that is left. What was kept may wait for a later call. A method is no arrow function that uses `this`, and no
 * generator. What it returns is emitted by nobody, so it fails if that is rows.
 */
export abstract class Bolt<F extends Fields = any, Config = any> {
  static summary?: string;
  static inputs?: Fields;
  static inputsByStream?: Record<string, Fields>;
  static outputs?: OutputStream[];
  static config?: object;
  static capabilities?: Emitting['capabilities'];
  /** false: every tuple is kept until ack() or fail(). It is of the class: `this.autoAck` is
   * refused. */
  static autoAck?: boolean;

  /** Called first. An error ends the topology. */
  prepare(context: Context<Config>): void;
  /** Called for each tuple. A bolt has this or processBatch. */
  process?(tuple: Tuple<F>): void;
  /** Called for each batch. If it throws, all rows of the batch fail. Each `emit` must
   * say its anchors. */
  processBatch?(batch: Batch<F>): void;
  /** Called regularly if the topology file says so, with the time in microseconds. */
  tick(now: number): void;
  /** The last call. What is emitted goes down the topology, unanchored. */
  close(reason: CloseReason): void;

  /** Emits a row when the call from the host returns. Throws if stream or values are
   * wrong. */
  emit(values: Values, options?: EmitOptions): void;
  /** Emits rows given as an array for each field, or as a column of the batch, which
   * goes out as it came in. */
  emitColumns(
    columns: Readonly<Record<string, ArrayLike<unknown> | Column>>,
    options?: EmitColumnsOptions,
  ): void;
  /** Acks a tuple, now or kept earlier. Throws if it was acked or failed before. */
  ack(tuple: Tuple): void;
  /** Fails a tuple, now or kept earlier: its tree fails, and its spout may replay it. A
   * reason that is neither text nor an Error is told as it would be logged. */
  fail(tuple: Tuple, reason?: string | Error): void;
  /** Keeps a tuple, unacked, for a later call. */
  keep(tuple: Tuple): void;
  /** Starts the time-out of a kept tuple again. */
  extend(tuple: Tuple): void;
  /** Where a tuple came from. */
  sourceOf(tuple: Tuple): Source;
  readonly context: Context<Config>;
}

type Methods = Record<string, any>;

/** What a main module may export by default. */
export type BoltClass = new () => Bolt<any, any>;
export type SpoutClass = new () => Spout<any>;
export type GroupingClass = new () => Grouping<any, any>;

/** A bolt from an object. `this` in its methods is the bolt, one for each task. */
export function bolt<F extends Fields, M extends Methods>(
  definition: Describing<F> &
    Emitting & { autoAck?: boolean } & Partial<
      Pick<Bolt<F>, 'prepare' | 'process' | 'processBatch' | 'tick' | 'close'>
    > &
    M &
    ThisType<Bolt<F> & M & Methods>,
): BoltClass;

export interface SpoutEmitOptions {
  /** The stream; `default` if absent. */
  stream?: string;
  /** The id of a row tracked by ids: a string, or an integer from 0 to 2^64 - 1. */
  id?: RowId;
  /** The receiving task, on a direct stream. */
  directTask?: number;
}

/** What a spout calls its rows by. */
export type RowId = Integer | string;

/** How rows of a spout are tracked: not at all; by ids, of which `acked` and `failed`
 * tell; or by the host, which replays what fails. */
export type Tracking = 'none' | 'ids' | 'host';

/** A spout: a source of rows. Its methods may return promises, as those of a bolt. */
export abstract class Spout<Config = any> {
  static summary?: string;
  static outputs?: OutputStream[];
  static config?: object;
  static capabilities?: Emitting['capabilities'];
  static tracking?: Tracking;

  /** May be set in `prepare`. */
  tracking: Tracking;
  /** Called first. An error ends the topology. */
  prepare(context: Context<Config>): void;
  /** Called before the first `next`, and when the topology is activated again. */
  activate(): void;
  /** Called when the topology is deactivated. */
  deactivate(): void;
  /** Emits up to `maxRows` rows; to emit none is normal. If it throws, nothing is
   * emitted and it is called again later. */
  abstract next(maxRows: number): void;
  /** The tree of the row with this id is complete. */
  acked(id: RowId): void;
  /** The tree of the row with this id failed or timed out. */
  failed(id: RowId): void;
  /** The last call. */
  close(reason: CloseReason): void;

  /** Emits a row; in `next` only. */
  emit(values: Values, options?: SpoutEmitOptions): void;
  /** Says, in `next`, that the source has ended: `next` is not called again unless a
   * row fails. */
  end(): void;
  /** Says, in `next`, that there is nothing for so many milliseconds (the host asks
   * after at most a second). */
  idle(milliseconds: number): void;
  readonly context: Context<Config>;
}

/** A spout from an object. */
export function spout<M extends Methods>(
  definition: Omit<Describing<Fields>, 'inputs' | 'inputsByStream'> &
    Emitting & { tracking?: Tracking; next(maxRows: number): void } & Partial<
      Pick<Spout, 'prepare' | 'activate' | 'deactivate' | 'acked' | 'failed' | 'close'>
    > &
    M &
    ThisType<Omit<Spout, 'next'> & M & Methods>,
): SpoutClass;

/** What a grouping is told when it is prepared. */
export interface GroupingContext<Config = any> {
  readonly topology: string;
  /** The stream that it groups. */
  readonly input: Input;
  /** The task whose rows it groups. */
  readonly sourceTask: number;
  /** The tasks of the subscriber, ascending. */
  readonly targets: readonly number[];
  /** `args` of the topology file. */
  readonly config: Config;
}

/** The targets of a row. */
export type Choice = number | readonly number[] | null;

/** A grouping of one's own: it chooses which tasks of a subscriber get a row. */
export abstract class Grouping<F extends Fields = any, Config = any> {
  static summary?: string;
  static inputs?: Fields;
  static config?: object;

  prepare(context: GroupingContext<Config>): void;
  /** The target of a row as an index into `context.targets`, a list of them, or null
   * for none. */
  abstract choose(tuple: Tuple<F>): Choice | PromiseLike<Choice>;
}

/** A grouping from an object. */
export function grouping<F extends Fields, M extends Methods>(
  definition: Describing<F> & {
    prepare?(context: GroupingContext): void;
    choose(tuple: Tuple<F>): Choice | PromiseLike<Choice>;
  } & M &
    ThisType<Omit<Grouping<F>, 'choose'> & M & Methods>,
): GroupingClass;

/** Log lines, with values as console.log takes them: if the first is a text with `%s`,
 * `%d`, `%i`, `%f`, `%j`, `%o`, `%O` or `%c` in it, the next ones go there. `console` does
 * the same. Whatever is logged, no method throws. The host adds time and task and cuts
 * lines over 16 KiB. */
export const log: Record<'trace' | 'debug' | 'info' | 'warn' | 'error', (...values: unknown[]) => void>;

/** A component's own figures. Names have letters, digits, `_`, `-` and `.`. */
export const metrics: {
  /** Adds to a counter, by default 1, at most 2^32 - 1. */
  count(name: string, increment?: number): void;
  /** Sets a gauge; a component's gauge is the sum over its tasks. */
  gauge(name: string, value: number): void;
};

/** What a task keeps: byte strings by key, which outlive its instances. Needs the grant
 * `state`. What a call changes takes effect with the call: if it fails as a whole, nothing
 * of it does. Keys have 1 to 1,024 bytes, values at most 1 MiB. */
export const state: {
  /** The value under a key; undefined if there is none. */
  get(key: string): Uint8Array | undefined;
  /** Puts a value under a key; text is kept as UTF-8. */
  set(key: string, value: Uint8Array | string): void;
  /** Takes a key and its value away; to remove what is not there is no error. */
  remove(key: string): void;
  /** All keys that begin with `prefix`, ascending by their bytes. */
  keys(prefix?: string): Generator<string, void, undefined>;
};

/** Why something of the state was not done. */
export class StateError extends Error {
  readonly code: 'not-granted' | 'invalid-key' | 'value-too-large' | 'over-quota' | 'failed';
}

/** Writes a line to the standard output, with values as they are logged, but a `%` as it
 * is; needs the capability and grant `stdout`. */
export function print(...values: unknown[]): void;
