package stormcell.bench.storm;

import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.BooleanSupplier;
import net.minidev.json.JSONObject;
import net.minidev.json.JSONValue;
import org.apache.storm.Config;
import org.apache.storm.generated.ErrorInfo;
import org.apache.storm.generated.Nimbus;
import org.apache.storm.generated.TopologySummary;
import org.apache.storm.thrift.TException;

/** Submits the topology of a shape, lets it warm up, and measures it over a window. */
final class Measurement {
    private static final String NAME = "bench";
    private static final Duration START_LIMIT = Duration.ofSeconds(120);
    private static final Duration LATENCY_LIMIT = Duration.ofSeconds(60);
    private static final double NANOS = TimeUnit.SECONDS.toNanos(1);

    private final Arguments arguments;
    private final Deployment deployment;
    private final SharedCounters counters;
    private final Events events;

    Measurement(
            Arguments arguments,
            Deployment deployment,
            SharedCounters counters,
            Events events) {
        this.arguments = arguments;
        this.deployment = deployment;
        this.counters = counters;
        this.events = events;
    }

    /**
     * Runs it, and says what it measured.
     *
     * @param config the configuration of the topology
     * @throws TException if nimbus refuses the topology
     * @throws InterruptedException if the thread is interrupted
     * @throws TimeoutException if no row is processed in time
     */
    void run(Config config) throws TException, InterruptedException, TimeoutException {
        deployment.submit(NAME, config, Topologies.build(arguments));
        Counter processed = arguments.shape().processed();
        await("a row is processed", START_LIMIT, () -> counters.get(processed) > 0);
        events.say("first-row");
        Map<String, Object> result = new LinkedHashMap<>();
        if (arguments.window() > 0) {
            sleepUntil(System.nanoTime() + nanos(arguments.warmUp()));
            measureWindow(result);
        }
        result.put("failed", counters.get(Counter.FAILED));
        result.put("errors", errors());
        result.put("config", config());
        events.say("result", result);
    }

    private void measureWindow(Map<String, Object> result)
            throws InterruptedException, TimeoutException {
        Counter processed = arguments.shape().processed();
        long start = System.nanoTime();
        long end = start + nanos(arguments.window());
        counters.set(Counter.WINDOW_START, start);
        counters.set(Counter.WINDOW_END, end);
        long before = counters.get(processed);
        events.say("window-starts");
        sleepUntil(end);
        long after = counters.get(processed);
        long seconds = System.nanoTime() - start;
        events.say("window-ends");
        result.put("rows", after - before);
        result.put("seconds", seconds / NANOS);
        if (arguments.shape() == Shape.LATENCY) {
            await("the rows of the window are acked", LATENCY_LIMIT,
                    () -> counters.get(Counter.LATENCIES_READY) == 1);
            result.put("latency_rows", counters.get(Counter.LATENCY_ROWS));
            result.put("p50_ns", counters.get(Counter.LATENCY_P50));
            result.put("p99_ns", counters.get(Counter.LATENCY_P99));
            result.put("p999_ns", counters.get(Counter.LATENCY_P999));
            result.put("max_ns", counters.get(Counter.LATENCY_MAX));
        }
    }

    private List<String> errors() throws TException {
        List<String> errors = new ArrayList<>();
        deployment.nimbus().getTopologyInfo(topologyId()).get_errors().forEach(
                (component, all) -> {
                    for (ErrorInfo error : all) {
                        errors.add(component + ": " + error.get_error());
                    }
                });
        return errors;
    }

    /** The settings of the topology that Storm really runs with. */
    private Map<String, Object> config() throws TException {
        JSONObject all =
                (JSONObject) JSONValue.parse(deployment.nimbus().getTopologyConf(topologyId()));
        all.keySet().removeIf(name -> !name.startsWith("topology."));
        return all;
    }

    private String topologyId() throws TException {
        Nimbus.Iface nimbus = deployment.nimbus();
        for (TopologySummary topology : nimbus.getClusterInfo().get_topologies()) {
            if (topology.get_name().equals(NAME)) {
                return topology.get_id();
            }
        }
        throw new IllegalStateException("nimbus does not know the topology any more");
    }

    private static void await(String what, Duration limit, BooleanSupplier condition)
            throws InterruptedException, TimeoutException {
        long deadline = System.nanoTime() + limit.toNanos();
        while (!condition.getAsBoolean()) {
            if (System.nanoTime() - deadline > 0) {
                throw new TimeoutException(
                        "waited " + limit.toSeconds() + " s in vain until " + what);
            }
            TimeUnit.MILLISECONDS.sleep(1);
        }
    }

    private static void sleepUntil(long nanoTime) throws InterruptedException {
        for (long left = nanoTime - System.nanoTime(); left > 0; ) {
            TimeUnit.NANOSECONDS.sleep(left);
            left = nanoTime - System.nanoTime();
        }
    }

    private static long nanos(double seconds) {
        return Math.round(seconds * NANOS);
    }
}
