package stormcell.bench.storm;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.storm.Config;
import org.apache.storm.DaemonConfig;
import org.apache.storm.utils.Utils;
import org.yaml.snakeyaml.Yaml;

/**
 * A {@code storm.home} made of the jars of this process: what a supervisor needs to start workers.
 *
 * <p>It builds their command line from {@code lib-worker}, {@code log4j2/worker.xml} and the
 * configuration file; of Storm's scripts it needs none.
 */
final class StormHome {
    private static final String WORKER_LOGGING = """
            <?xml version="1.0" encoding="UTF-8"?>
            <configuration>
              <appenders>
                <file name="log" fileName="${sys:storm.log.dir}/worker-${sys:worker.port}.log">
                  <patternLayout pattern="%d{HH:mm:ss.SSS} %p %c{1} %m%n"/>
                </file>
              </appenders>
              <loggers>
                <root level="warn">
                  <appender-ref ref="log"/>
                </root>
              </loggers>
            </configuration>
            """;

    private final Path home;
    private final Path jar;
    private final Path libraries;

    private StormHome(Path home, Path jar, Path libraries) {
        this.home = home;
        this.jar = jar;
        this.libraries = libraries;
    }

    /**
     * Lays one out.
     *
     * @param home where
     * @param workers how many workers can run
     * @param zookeeper the port of ZooKeeper
     * @return it
     * @throws IOException if it cannot be written
     */
    static StormHome lay(Path home, int workers, int zookeeper) throws IOException {
        StormHome storm = new StormHome(home, jarOf(Main.class), jarOf(Config.class).getParent());
        Files.createDirectories(storm.logs());
        Files.createDirectories(home.resolve("log4j2"));
        Files.createSymbolicLink(home.resolve("lib-worker"), storm.libraries);
        Files.writeString(home.resolve("log4j2").resolve("worker.xml"), WORKER_LOGGING);
        Files.writeString(
                storm.configFile(), new Yaml().dump(storm.config(workers, zookeeper)));
        return storm;
    }

    /** The jar of the topologies. */
    Path jar() {
        return jar;
    }

    /** The file of the cluster's configuration. */
    Path configFile() {
        return home.resolve("storm.yaml");
    }

    /** The folder of the logs. */
    Path logs() {
        return home.resolve("logs");
    }

    /**
     * Where a worker writes its process id.
     *
     * @param topology the id of the topology
     * @param port the port of the worker
     * @return the file
     */
    Path workerPid(String topology, int port) {
        return home.resolve("artifacts")
                .resolve(topology)
                .resolve(Integer.toString(port))
                .resolve("worker.pid");
    }

    /**
     * The command line of a process of Storm.
     *
     * @param main its main class
     * @param heap its largest heap
     * @param arguments what {@code main} is given
     * @return the words of the command line
     */
    List<String> command(String main, String heap, String... arguments) {
        List<String> words = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx" + heap,
                "-Dstorm.home=" + home,
                "-Dstorm.conf.file=" + configFile(),
                "-Dstorm.log.dir=" + logs(),
                "-Djava.io.tmpdir=" + System.getProperty("java.io.tmpdir"),
                "-cp",
                jar + ":" + libraries + "/*",
                main));
        words.addAll(List.of(arguments));
        return words;
    }

    private Map<String, Object> config(int workers, int zookeeper) throws IOException {
        // Two for nimbus and the supervisor.
        List<Integer> ports = freePorts(workers + 2);
        Map<String, Object> config = new HashMap<>();
        config.put(Config.STORM_ZOOKEEPER_SERVERS, List.of("127.0.0.1"));
        config.put(Config.STORM_ZOOKEEPER_PORT, zookeeper);
        config.put(Config.STORM_LOCAL_HOSTNAME, "127.0.0.1");
        config.put(Config.STORM_LOCAL_DIR, home.resolve("local").toString());
        config.put(Config.STORM_WORKERS_ARTIFACTS_DIR, home.resolve("artifacts").toString());
        config.put(Config.STORM_THRIFT_TRANSPORT_PLUGIN, LoopbackTransport.class.getName());
        config.put(Config.NIMBUS_SEEDS, List.of("127.0.0.1"));
        config.put(Config.NIMBUS_THRIFT_PORT, ports.get(0));
        config.put(Config.SUPERVISOR_THRIFT_PORT, ports.get(1));
        config.put(
                DaemonConfig.SUPERVISOR_SLOTS_PORTS, List.copyOf(ports.subList(2, ports.size())));
        // Workers listen on every address; a secret keeps others out. It must be here: nimbus
        // takes it out of a topology's own settings unless ZooKeeper has users, too.
        config.put(Config.STORM_MESSAGING_NETTY_AUTHENTICATION, true);
        config.put(
                Config.STORM_ZOOKEEPER_TOPOLOGY_AUTH_PAYLOAD,
                Utils.secureRandomLong() + ":" + Utils.secureRandomLong());
        return config;
    }

    /** Ports that were all free at once. */
    private static List<Integer> freePorts(int count) throws IOException {
        List<ServerSocket> sockets = new ArrayList<>();
        try {
            List<Integer> ports = new ArrayList<>();
            for (int i = 0; i < count; i++) {
                ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
                sockets.add(socket);
                ports.add(socket.getLocalPort());
            }
            return ports;
        } finally {
            for (ServerSocket socket : sockets) {
                socket.close();
            }
        }
    }

    private static Path jarOf(Class<?> type) {
        return Path.of(type.getProtectionDomain().getCodeSource().getLocation().getPath());
    }
}
