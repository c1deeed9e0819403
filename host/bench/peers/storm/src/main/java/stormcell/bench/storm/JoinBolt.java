package stormcell.bench.storm;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.storm.task.OutputCollector;
import org.apache.storm.task.TopologyContext;
import org.apache.storm.tuple.Tuple;
import org.apache.storm.tuple.Values;

/** Waits for both rows of each pair, and emits one that is anchored to both. */
final class JoinBolt extends CollectorBolt {
    private static final long serialVersionUID = 1L;

    private transient Map<Object, Tuple> waiting;

    JoinBolt() {
        super("number");
    }

    @Override
    public void prepare(
            Map<String, Object> config, TopologyContext context, OutputCollector collector) {
        super.prepare(config, context, collector);
        waiting = new HashMap<>();
    }

    @Override
    public void execute(Tuple input) {
        Object number = input.getValue(0);
        Tuple other = waiting.remove(number);
        if (other == null) {
            waiting.put(number, input);
            return;
        }
        collector().emit(List.of(other, input), new Values(number));
        collector().ack(other);
        collector().ack(input);
    }
}
