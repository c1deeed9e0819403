// Runs components under Node, for unit tests.
import type {
  BoltClass,
  CloseReason,
  Fields,
  GroupingClass,
  RowId,
  SpoutClass,
  Values,
} from './index.js';

/** Rows are named by numbers: the first row that a task is sent is 0, the next 1. */
export interface Emitted {
  stream: string;
  values: Record<string, any>;
  directTask?: number;
}

export interface Outcome {
  emitted: (Emitted & { anchors: number[] })[];
  /** All rows acked by the call, also those acked by default. */
  acked: number[];
  failed: { row: number; reason: string }[];
  /** Rows of the call that are kept. */
  kept: number[];
  extended: number[];
}

interface TaskOptions {
  topology?: string;
  component?: string;
  task?: number;
  taskIndex?: number;
  taskCount?: number;
  components?: Record<string, number[]>;
  config?: unknown;
  /** What the task keeps before it is prepared: `recorded.state` of an earlier one, to go
   * on from there. Changes stay in a test, also those of a call that fails. */
  state?: Iterable<[string, Uint8Array]>;
}

export interface TestBolt {
  send(rows: Values[], options?: { input?: number; sourceTask?: number }): Outcome;
  tick(now?: number): Outcome;
  close(reason?: CloseReason): Outcome;
}

/** A prepared task of a bolt. Without `inputs` it has one, with the fields that the
 * bolt demands. */
export function testBolt(
  bolt: BoltClass,
  options?: TaskOptions & { inputs?: { component?: string; stream?: string; fields: Fields }[] },
): TestBolt;

export interface TestSpout {
  next(maxRows?: number): { emitted: (Emitted & { id?: RowId })[]; ended: boolean; idleMs: number };
  acked(...ids: RowId[]): void;
  failed(...ids: RowId[]): void;
  activate(): void;
  deactivate(): void;
  close(reason?: CloseReason): void;
}

/** A prepared and activated task of a spout. */
export function testSpout(spout: SpoutClass, options?: TaskOptions): TestSpout;

/** A task of a bolt whose methods may return promises: those of the test are awaited. */
export interface AwaitingTestBolt {
  send(rows: Values[], options?: { input?: number; sourceTask?: number }): Promise<Outcome>;
  tick(now?: number): Promise<Outcome>;
  close(reason?: CloseReason): Promise<Outcome>;
}

interface AwaitingOptions extends TaskOptions {
  /** Is `fetch` while the bolt or spout works; without it they have that of Node, which
   * knows no grants. */
  fetch?: (...given: any[]) => Promise<unknown>;
}

/** The same as `testBolt`, for a bolt with methods that are `async` or return promises. */
export function testBoltAsync(
  bolt: BoltClass,
  options?: AwaitingOptions & { inputs?: { component?: string; stream?: string; fields: Fields }[] },
): Promise<AwaitingTestBolt>;

export interface AwaitingTestSpout {
  next(maxRows?: number): Promise<ReturnType<TestSpout['next']>>;
  acked(...ids: Integer[]): Promise<void>;
  failed(...ids: Integer[]): Promise<void>;
  activate(): Promise<void>;
  deactivate(): Promise<void>;
  close(reason?: CloseReason): Promise<void>;
}

/** The same as `testSpout`, likewise. */
export function testSpoutAsync(spout: SpoutClass, options?: AwaitingOptions): Promise<AwaitingTestSpout>;

export interface TestGrouping {
  /** For each row, the indexes of its targets. */
  choose(rows: Values[]): number[][];
}

/** A prepared grouping, by default with the targets 2 and 3. */
export function testGrouping(
  grouping: GroupingClass,
  options?: {
    topology?: string;
    input?: { component?: string; stream?: string; fields: Fields };
    sourceTask?: number;
    targets?: number[];
    config?: unknown;
  },
): TestGrouping;

/** What was logged, counted, measured and printed since the last test task was made. */
export const recorded: {
  logs: { level: string; message: string }[];
  counters: Map<string, number>;
  gauges: Map<string, number>;
  printed: string;
  /** What the task keeps. */
  state: Map<string, Uint8Array>;
};
