package stormcell.bench.storm;

/** What is run; {@code host/bench/src/shape.rs} says what each is. */
enum Shape {
    /** A constant text, a bolt that emits its rows as they are, and one that does nothing. */
    IDENTITY,
    /** The same, without acks. */
    IDENTITY_UNACKED,
    /** Sentences, 2 tasks that split them, 2 that count words. */
    WORD_COUNT,
    /** The same with the lines of a file. */
    BOOK,
    /** Numbers, two bolts that each emit every row, and one that joins each pair. */
    JOIN,
    /** Sentences, a task that splits them, and one that does nothing. */
    SPLIT,
    /** The identity chain at a fixed rate. */
    LATENCY,
    /** The word count, whose spout emits again what has failed. */
    RECOVERY;

    /** Whether every row is tracked and acked. */
    boolean isAcked() {
        return this != IDENTITY_UNACKED;
    }

    /** The counter of the rows that were wholly processed. */
    Counter processed() {
        return isAcked() ? Counter.ACKED : Counter.RECEIVED;
    }

    /** Whether rows are split into words, so that a row is worth many. */
    boolean isSplit() {
        return this == WORD_COUNT || this == BOOK || this == SPLIT || this == RECOVERY;
    }
}
