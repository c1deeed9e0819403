package stormcell.bench.storm;

import java.util.HashMap;
import java.util.Map;
import org.apache.storm.task.OutputCollector;
import org.apache.storm.task.TopologyContext;
import org.apache.storm.tuple.Tuple;

/** Counts words. */
final class CountBolt extends CollectorBolt {
    private static final long serialVersionUID = 1L;

    private transient Map<String, Long> counts;

    @Override
    public void prepare(
            Map<String, Object> config, TopologyContext context, OutputCollector collector) {
        super.prepare(config, context, collector);
        counts = new HashMap<>();
    }

    @Override
    public void execute(Tuple input) {
        counts.merge(input.getString(0), 1L, Long::sum);
        collector().ack(input);
    }
}
