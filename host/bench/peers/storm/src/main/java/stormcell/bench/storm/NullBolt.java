package stormcell.bench.storm;

import java.util.Map;
import org.apache.storm.task.OutputCollector;
import org.apache.storm.task.TopologyContext;
import org.apache.storm.tuple.Tuple;

/** Counts the rows that reach it, in one task, and does nothing else. */
final class NullBolt extends CollectorBolt {
    private static final long serialVersionUID = 1L;

    private transient SharedCounters counters;
    private long received;

    @Override
    public void prepare(
            Map<String, Object> config, TopologyContext context, OutputCollector collector) {
        super.prepare(config, context, collector);
        counters = SharedCounters.of(config);
        received = counters.get(Counter.RECEIVED);
    }

    @Override
    public void execute(Tuple input) {
        counters.set(Counter.RECEIVED, ++received);
        collector().ack(input);
    }
}
