package stormcell.bench.storm;

import java.util.ArrayDeque;
import java.util.HashMap;
import java.util.Map;

/** Emits sentences of nine words, keeps each until it is acked, and emits it again if it fails. */
final class ReplayingSpout extends CountingSpout {
    private static final long serialVersionUID = 1L;

    private final Sentences sentences = new Sentences();
    private final Map<Object, Object> pending = new HashMap<>();
    private final ArrayDeque<Object> failed = new ArrayDeque<>();
    private long nextId;
    private long replayed;

    ReplayingSpout() {
        super("text", true);
    }

    @Override
    Object nextValue() {
        return sentences.next();
    }

    @Override
    public void nextTuple() {
        Object again = failed.poll();
        if (again == null) {
            Object id = nextId++;
            Object text = nextValue();
            pending.put(id, text);
            emitTracked(id, text);
        } else {
            counters().set(Counter.REPLAYED, ++replayed);
            emitTracked(again, pending.get(again));
        }
    }

    @Override
    public void ack(Object id) {
        pending.remove(id);
        super.ack(id);
    }

    @Override
    public void fail(Object id) {
        failed.add(id);
        super.fail(id);
    }
}
