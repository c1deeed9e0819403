package stormcell.bench.storm;

/** What {@link SharedCounters} holds, each in a place of its own. */
enum Counter {
    /** Rows that the spout emitted, replayed ones included. */
    EMITTED,
    /** Rows that the spout was told are acked. */
    ACKED,
    /** Rows that the spout was told have failed. */
    FAILED,
    /** Rows that the spout emitted again after they had failed. */
    REPLAYED,
    /** Rows that reached the bolt at the end. */
    RECEIVED,
    /** Whether a worker was killed: 1 if so. */
    WORKER_KILLED,
    /** Whether all rows are acked that were in flight when it was: 1 if so. */
    IN_FLIGHT_ACKED,
    /** When the window starts, as {@link System#nanoTime}; 0 until it is known. */
    WINDOW_START,
    /** When the window ends, as {@link System#nanoTime}; 0 until it is known. */
    WINDOW_END,
    /** Whether the latencies below are there: 1 if so. */
    LATENCIES_READY,
    /** How many rows the latencies are of. */
    LATENCY_ROWS,
    /** Half of the rows took at most so long, ns. */
    LATENCY_P50,
    /** 99 % of the rows took at most so long, ns. */
    LATENCY_P99,
    /** 99.9 % of the rows took at most so long, ns. */
    LATENCY_P999,
    /** The longest, ns. */
    LATENCY_MAX
}
