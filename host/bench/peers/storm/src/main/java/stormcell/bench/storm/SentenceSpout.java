package stormcell.bench.storm;

/** Emits sentences of nine words. */
final class SentenceSpout extends CountingSpout {
    private static final long serialVersionUID = 1L;

    private final Sentences sentences = new Sentences();

    SentenceSpout() {
        super("text", true);
    }

    @Override
    Object nextValue() {
        return sentences.next();
    }
}
