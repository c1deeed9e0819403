package stormcell.bench.storm;

import java.io.BufferedReader;
import java.io.File;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.apache.storm.Config;
import org.apache.storm.StormSubmitter;
import org.apache.storm.generated.ClusterSummary;
import org.apache.storm.generated.Nimbus;
import org.apache.storm.generated.StormTopology;
import org.apache.storm.thrift.TException;
import org.apache.storm.thrift.transport.TTransportException;
import org.apache.storm.utils.NimbusClient;
import org.apache.storm.utils.NimbusLeaderNotFoundException;
import org.apache.storm.utils.Utils;

/** A real cluster of this machine: ZooKeeper, nimbus, a supervisor and its workers. */
final class ClusterDeployment implements Deployment {
    private static final long START_SECONDS = 120;
    private static final long POLL_MILLIS = 50;

    private final StormHome home;
    private final List<Process> daemons;
    private final NimbusClient nimbus;

    private ClusterDeployment(StormHome home, List<Process> daemons, NimbusClient nimbus) {
        this.home = home;
        this.daemons = daemons;
        this.nimbus = nimbus;
    }

    /**
     * Starts it.
     *
     * @param scratch a folder for its data
     * @param workers how many workers can run
     * @return the deployment, whose supervisor nimbus knows
     * @throws Exception if it does not start, of whatever kind Storm's client throws
     */
    static ClusterDeployment start(Path scratch, int workers) throws Exception {
        List<Process> daemons = new ArrayList<>();
        boolean started = false;
        try {
            int zookeeper = startZookeeper(scratch, daemons);
            StormHome home = StormHome.lay(scratch.resolve("home"), workers, zookeeper);
            System.setProperty("storm.conf.file", home.configFile().toString());
            System.setProperty("storm.jar", home.jar().toString());
            daemons.add(start(home, "nimbus", "org.apache.storm.daemon.nimbus.Nimbus", "1024m"));
            daemons.add(
                    start(home, "supervisor", "org.apache.storm.daemon.supervisor.Supervisor", "256m"));
            ClusterDeployment cluster =
                    new ClusterDeployment(home, daemons, awaitSupervisor(daemons));
            started = true;
            return cluster;
        } finally {
            if (!started) {
                kill(daemons);
            }
        }
    }

    @Override
    public void submit(String name, Config config, StormTopology topology) throws TException {
        StormSubmitter.submitTopology(name, config, topology);
    }

    @Override
    public Nimbus.Iface nimbus() {
        return nimbus.getClient();
    }

    @Override
    public void killWorker(String topology, int port) throws IOException {
        long pid = Long.parseLong(Files.readString(home.workerPid(topology, port)).strip());
        ProcessHandle.of(pid).ifPresent(ProcessHandle::destroyForcibly);
    }

    @Override
    public void close() {
        nimbus.close();
        kill(daemons);
    }

    private static int startZookeeper(Path scratch, List<Process> daemons) throws IOException {
        Process process =
                new ProcessBuilder(
                                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                                "-Xmx256m",
                                "-cp",
                                System.getProperty("java.class.path"),
                                Zookeeper.class.getName(),
                                scratch.resolve("zookeeper").toString())
                        .redirectError(ProcessBuilder.Redirect.INHERIT)
                        .start();
        daemons.add(process);
        BufferedReader out =
                new BufferedReader(
                        new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8));
        String port = out.readLine();
        if (port == null) {
            throw new IOException("ZooKeeper ended before it was ready");
        }
        return Integer.parseInt(port);
    }

    private static Process start(StormHome home, String name, String main, String heap)
            throws IOException {
        File log = home.logs().resolve(name + ".out").toFile();
        return new ProcessBuilder(home.command(main, heap))
                .redirectErrorStream(true)
                .redirectOutput(log)
                .start();
    }

    /** Waits until nimbus leads and knows a supervisor. */
    private static NimbusClient awaitSupervisor(List<Process> daemons)
            throws IOException, InterruptedException, TException {
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(START_SECONDS);
        Config config = new Config();
        config.putAll(Utils.readStormConfig());
        // Nimbus is asked again here, not in the client.
        config.put(Config.STORM_NIMBUS_RETRY_TIMES, 0);
        Exception last = null;
        while (System.nanoTime() - deadline < 0) {
            for (Process daemon : daemons) {
                if (!daemon.isAlive()) {
                    throw new IOException("a process of the cluster ended: " + daemon);
                }
            }
            try {
                NimbusClient client = NimbusClient.Builder.withConf(config).build();
                ClusterSummary summary = client.getClient().getClusterInfo();
                if (summary.get_supervisors_size() > 0) {
                    return client;
                }
                client.close();
            } catch (NimbusLeaderNotFoundException | TTransportException e) {
                last = e;
            }
            TimeUnit.MILLISECONDS.sleep(POLL_MILLIS);
        }
        throw new IOException("no supervisor came up in " + START_SECONDS + " s", last);
    }

    /** Kills processes with all that they started. */
    private static void kill(List<Process> processes) {
        for (Process process : processes) {
            List<ProcessHandle> started = process.descendants().toList();
            process.destroyForcibly();
            started.forEach(ProcessHandle::destroyForcibly);
        }
    }
}
