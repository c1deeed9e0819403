package stormcell.bench.storm;

/** Emits the same text of 10 bytes. */
final class ConstantSpout extends CountingSpout {
    /** The text. */
    static final String TEXT = "xxxxxxxxxx";

    private static final long serialVersionUID = 1L;

    ConstantSpout(boolean acked) {
        super("text", acked);
    }

    @Override
    Object nextValue() {
        return TEXT;
    }
}
