package stormcell.bench.storm;

import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.HdrHistogram.Histogram;
import org.apache.storm.spout.SpoutOutputCollector;
import org.apache.storm.task.TopologyContext;

/**
 * Emits a constant text at a fixed rate, and measures how long from when a row was to be emitted
 * until it is acked.
 *
 * <p>A row's id is the time at which it was to be emitted. A spout that is late does not move
 * that time, so what waits because the engine falls behind counts (no coordinated omission).
 * Only before the window is known it starts over when it is late.
 */
final class PacedSpout extends CountingSpout {
    private static final long serialVersionUID = 1L;
    private static final long LONGEST = TimeUnit.MINUTES.toNanos(5);
    private static final int DIGITS = 3;
    /** So late, ns, it starts over while it warms up: a slow start is not what is measured. */
    private static final long WARM_UP_LATE = TimeUnit.MILLISECONDS.toNanos(100);

    private final long rate;
    private transient Histogram latencies;
    private long start;
    private long scheduledRows;
    private long windowStart;
    private long windowEnd;
    private long inFlightOfWindow;
    private boolean reported;

    /**
     * A spout.
     *
     * @param rate rows a second
     */
    PacedSpout(long rate) {
        super("text", true);
        this.rate = rate;
    }

    @Override
    Object nextValue() {
        return ConstantSpout.TEXT;
    }

    @Override
    public void open(
            Map<String, Object> config, TopologyContext context, SpoutOutputCollector collector) {
        super.open(config, context, collector);
        latencies = new Histogram(LONGEST, DIGITS);
        start = System.nanoTime();
    }

    @Override
    public void nextTuple() {
        long now = System.nanoTime();
        readWindow();
        long scheduled = start + nanosOf(scheduledRows);
        if (scheduled - now > 0) {
            return;
        }
        if (windowEnd == 0 && now - scheduled > WARM_UP_LATE) {
            start = now;
            scheduledRows = 0;
            scheduled = now;
        }
        if (inWindow(scheduled)) {
            inFlightOfWindow++;
        } else if (windowEnd != 0 && scheduled - windowEnd >= 0) {
            reportOnce();
        }
        scheduledRows++;
        emitTracked(scheduled, nextValue());
    }

    @Override
    public void ack(Object id) {
        long scheduled = (Long) id;
        if (inWindow(scheduled)) {
            latencies.recordValue(Math.min(System.nanoTime() - scheduled, LONGEST));
            inFlightOfWindow--;
        }
        super.ack(id);
    }

    /** When a row is to be emitted, ns after the first. */
    private long nanosOf(long row) {
        long second = TimeUnit.SECONDS.toNanos(1);
        return row / rate * second + row % rate * second / rate;
    }

    private boolean inWindow(long scheduled) {
        return windowEnd != 0 && scheduled - windowStart >= 0 && scheduled - windowEnd < 0;
    }

    private void readWindow() {
        if (windowEnd == 0) {
            windowStart = counters().get(Counter.WINDOW_START);
            windowEnd = counters().get(Counter.WINDOW_END);
        }
    }

    /** Once every row of the window is acked, says how long they took. */
    private void reportOnce() {
        if (reported || inFlightOfWindow > 0) {
            return;
        }
        SharedCounters counters = counters();
        counters.set(Counter.LATENCY_ROWS, latencies.getTotalCount());
        counters.set(Counter.LATENCY_P50, latencies.getValueAtPercentile(50.0));
        counters.set(Counter.LATENCY_P99, latencies.getValueAtPercentile(99.0));
        counters.set(Counter.LATENCY_P999, latencies.getValueAtPercentile(99.9));
        counters.set(Counter.LATENCY_MAX, latencies.getMaxValue());
        counters.set(Counter.LATENCIES_READY, 1);
        reported = true;
    }
}
