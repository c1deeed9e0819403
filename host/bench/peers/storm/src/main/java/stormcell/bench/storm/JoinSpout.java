package stormcell.bench.storm;

/** Emits numbers, 0, 1, 2 and so on, which a {@link JoinBolt} pairs again. */
final class JoinSpout extends CountingSpout {
    private static final long serialVersionUID = 1L;

    private long next;

    JoinSpout() {
        super("number", true);
    }

    @Override
    Object nextValue() {
        return next++;
    }
}
