package stormcell.bench.storm;

import java.io.IOException;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.apache.storm.Config;
import org.apache.storm.thrift.TException;

/** Submits the topology of a shape, lets it warm up, and measures it. */
final class Measurement {
    private static final String NAME = "bench";
    /** A spout knows of the window before it starts, so that it counts each row of it, ns. */
    private static final long AHEAD = TimeUnit.MILLISECONDS.toNanos(10);
    private static final Duration START_LIMIT = Duration.ofSeconds(120);
    private static final Duration LATENCY_LIMIT = Duration.ofSeconds(60);
    private static final Duration RECOVERY_LIMIT = Duration.ofSeconds(180);

    private final Arguments arguments;
    private final Deployment deployment;
    private final SharedCounters counters;
    private final Events events;
    private final Map<String, Object> result = new LinkedHashMap<>();

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
     * @throws TException if nimbus refuses the topology, or does not answer
     * @throws IOException if the worker that is to be killed cannot be found
     * @throws InterruptedException if the thread is interrupted
     * @throws TimeoutException if what is waited for does not happen in time
     */
    void run(Config config)
            throws TException, IOException, InterruptedException, TimeoutException {
        deployment.submit(NAME, config, Topologies.build(arguments));
        Counter processed = arguments.shape().processed();
        Clock.await("a row is processed", START_LIMIT, () -> counters.get(processed) > 0);
        events.say("first-row");
        Submitted topology = Submitted.find(deployment.nimbus(), NAME);
        if (arguments.window() > 0) {
            Clock.sleepUntil(System.nanoTime() + Clock.nanos(arguments.warmUp()));
            if (arguments.shape() == Shape.RECOVERY) {
                measureRecovery(topology);
            } else {
                measureWindow();
            }
        }
        result.put("failed", counters.get(Counter.FAILED));
        result.put("errors", topology.errors());
        result.put("config", topology.config());
        events.say("result", result);
    }

    private void measureWindow() throws InterruptedException, TimeoutException {
        Counter processed = arguments.shape().processed();
        long start = System.nanoTime() + AHEAD;
        long end = start + Clock.nanos(arguments.window());
        counters.set(Counter.WINDOW_START, start);
        counters.set(Counter.WINDOW_END, end);
        Clock.sleepUntil(start);
        long before = counters.get(processed);
        events.say("window-starts");
        Clock.sleepUntil(end);
        long after = counters.get(processed);
        long took = System.nanoTime() - start;
        events.say("window-ends");
        result.put("rows", after - before);
        result.put("seconds", Clock.seconds(took));
        if (arguments.shape() == Shape.LATENCY) {
            readLatencies();
        }
    }

    private void readLatencies() throws InterruptedException, TimeoutException {
        Clock.await(
                "the rows of the window are acked",
                LATENCY_LIMIT,
                () -> counters.get(Counter.LATENCIES_READY) == 1);
        result.put("latency_rows", counters.get(Counter.LATENCY_ROWS));
        result.put("p50_ns", counters.get(Counter.LATENCY_P50));
        result.put("p99_ns", counters.get(Counter.LATENCY_P99));
        result.put("p999_ns", counters.get(Counter.LATENCY_P999));
        result.put("max_ns", counters.get(Counter.LATENCY_MAX));
    }

    /** Kills a worker, of those without the spout, which would take what it knows with it. */
    private void measureRecovery(Submitted topology)
            throws TException, IOException, InterruptedException, TimeoutException {
        int port = topology.portWithout(Topologies.SPOUT);
        long replayed = counters.get(Counter.REPLAYED);
        long killed = System.nanoTime();
        deployment.killWorker(topology.id(), port);
        counters.set(Counter.WORKER_KILLED, 1);
        events.say("worker-killed");
        Clock.await(
                "a row is replayed",
                RECOVERY_LIMIT,
                () -> counters.get(Counter.REPLAYED) > replayed);
        result.put("replay_ms", millisSince(killed));
        Clock.await(
                "all rows are acked that were in flight",
                RECOVERY_LIMIT,
                () -> counters.get(Counter.IN_FLIGHT_ACKED) == 1);
        result.put("recovered_ms", millisSince(killed));
    }

    private static double millisSince(long nanoTime) {
        return (System.nanoTime() - nanoTime) / (double) TimeUnit.MILLISECONDS.toNanos(1);
    }
}
