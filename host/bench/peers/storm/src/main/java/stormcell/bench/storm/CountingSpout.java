package stormcell.bench.storm;

import java.util.Map;
import org.apache.storm.spout.SpoutOutputCollector;
import org.apache.storm.task.TopologyContext;
import org.apache.storm.topology.OutputFieldsDeclarer;
import org.apache.storm.topology.base.BaseRichSpout;
import org.apache.storm.tuple.Fields;
import org.apache.storm.tuple.Values;

/**
 * A spout that emits a row of one value as often as it is asked for, and counts what became of
 * its rows.
 *
 * <p>It has one task, so it is the one writer of its counters.
 */
abstract class CountingSpout extends BaseRichSpout {
    private static final long serialVersionUID = 1L;

    private final String field;
    private final boolean acked;
    private transient SpoutOutputCollector collector;
    private transient SharedCounters counters;
    private long emittedRows;
    private long ackedRows;
    private long failedRows;

    /**
     * A spout.
     *
     * @param field the name of its one field
     * @param acked whether every row is tracked and acked
     */
    CountingSpout(String field, boolean acked) {
        this.field = field;
        this.acked = acked;
    }

    /** The next value. */
    abstract Object nextValue();

    @Override
    public void open(
            Map<String, Object> config, TopologyContext context, SpoutOutputCollector collector) {
        this.collector = collector;
        counters = SharedCounters.of(config);
        // A worker that died left its counters.
        emittedRows = counters.get(Counter.EMITTED);
        ackedRows = counters.get(Counter.ACKED);
        failedRows = counters.get(Counter.FAILED);
    }

    @Override
    public void nextTuple() {
        if (acked) {
            emitTracked(emittedRows, nextValue());
        } else {
            collector.emit(new Values(nextValue()));
            countEmitted();
        }
    }

    @Override
    public void ack(Object id) {
        counters.set(Counter.ACKED, ++ackedRows);
    }

    @Override
    public void fail(Object id) {
        counters.set(Counter.FAILED, ++failedRows);
    }

    @Override
    public void declareOutputFields(OutputFieldsDeclarer declarer) {
        declarer.declare(new Fields(field));
    }

    /** Emits a value that is tracked under an id. */
    final void emitTracked(Object id, Object value) {
        collector.emit(new Values(value), id);
        countEmitted();
    }

    /** The counters of the run. */
    final SharedCounters counters() {
        return counters;
    }

    private void countEmitted() {
        counters.set(Counter.EMITTED, ++emittedRows);
    }
}
