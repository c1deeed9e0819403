package stormcell.bench.storm;

import org.apache.storm.Config;
import org.apache.storm.policy.WaitStrategyPark;

/** Settings of Storm. */
enum Settings {
    /** As Storm comes. */
    DEFAULT,
    /** Those that paid off; the README says what was tried. */
    TUNED,
    /** Those of {@link #TUNED}, and bolts without work park. */
    PARKED;

    private static final int BATCH = 100;
    private static final int MAX_PENDING = 5_000;
    private static final int MAX_PENDING_SPLIT = 2_000;

    /**
     * The configuration of a topology.
     *
     * @param shape what it is
     * @return its configuration
     */
    Config config(Shape shape) {
        Config config = new Config();
        if (this != DEFAULT) {
            config.put(Config.TOPOLOGY_PRODUCER_BATCH_SIZE, BATCH);
            config.put(Config.TOPOLOGY_TRANSFER_BATCH_SIZE, BATCH);
            config.put(Config.TOPOLOGY_BATCH_FLUSH_INTERVAL_MILLIS, 1);
            config.put(Config.TOPOLOGY_STATS_SAMPLE_RATE, 0.001);
            config.put(Config.TOPOLOGY_DISABLE_LOADAWARE_MESSAGING, true);
            config.put(Config.TOPOLOGY_SPOUT_RECVQ_SKIPS, 8);
            config.setNumAckers(shape.isAcked() ? 1 : 0);
            config.setMaxSpoutPending(shape.isSplit() ? MAX_PENDING_SPLIT : MAX_PENDING);
            if (this == PARKED) {
                config.put(Config.TOPOLOGY_BOLT_WAIT_STRATEGY, WaitStrategyPark.class.getName());
            }
            config.put(Config.TOPOLOGY_WORKER_CHILDOPTS, "-XX:+UseParallelGC -Xmx2g");
        }
        return config;
    }
}
