package stormcell.bench.storm;

import java.util.ArrayDeque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;

/**
 * Emits sentences of nine words, keeps each until it is acked, and emits it again if it fails.
 *
 * <p>Says when all rows are acked that were in flight when it saw that a worker was killed.
 */
final class ReplayingSpout extends CountingSpout {
    private static final long serialVersionUID = 1L;

    private final Sentences sentences = new Sentences();
    private final Map<Object, Object> pending = new HashMap<>();
    private final ArrayDeque<Object> failed = new ArrayDeque<>();
    /** What was in flight when a worker was killed and is not acked yet; null before. */
    private Set<Object> inFlight;
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
        if (inFlight == null && counters().get(Counter.WORKER_KILLED) == 1) {
            inFlight = new HashSet<>(pending.keySet());
            sayIfAllAcked();
        }
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
        if (inFlight != null && inFlight.remove(id)) {
            sayIfAllAcked();
        }
        super.ack(id);
    }

    @Override
    public void fail(Object id) {
        failed.add(id);
        super.fail(id);
    }

    private void sayIfAllAcked() {
        if (inFlight.isEmpty()) {
            counters().set(Counter.IN_FLIGHT_ACKED, 1);
        }
    }
}
