package stormcell.bench.storm;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import org.apache.storm.shade.org.apache.zookeeper.server.NIOServerCnxnFactory;
import org.apache.storm.shade.org.apache.zookeeper.server.ZooKeeperServer;

/** A ZooKeeper server that listens on the loopback address only, on a port that was free. */
final class Zookeeper {
    private static final int TICK_MILLIS = 2_000;
    private static final int MAX_CONNECTIONS = 1_000;

    private final NIOServerCnxnFactory factory;

    private Zookeeper(NIOServerCnxnFactory factory) {
        this.factory = factory;
    }

    /**
     * Starts a server.
     *
     * @param folder where it keeps its data
     * @return the server
     * @throws IOException if it cannot listen or write
     * @throws InterruptedException if the thread is interrupted
     */
    static Zookeeper start(Path folder) throws IOException, InterruptedException {
        Files.createDirectories(folder);
        ZooKeeperServer server =
                new ZooKeeperServer(folder.toFile(), folder.toFile(), TICK_MILLIS);
        NIOServerCnxnFactory factory = new NIOServerCnxnFactory();
        factory.configure(
                new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), MAX_CONNECTIONS);
        factory.startup(server);
        return new Zookeeper(factory);
    }

    /** The port on which it listens. */
    int port() {
        return factory.getLocalPort();
    }

    /**
     * A process that is nothing but a server; prints its port, and serves until it is killed.
     *
     * @param arguments the folder of its data
     * @throws IOException if it cannot listen or write
     * @throws InterruptedException if the thread is interrupted
     */
    public static void main(String[] arguments) throws IOException, InterruptedException {
        Zookeeper zookeeper = start(Path.of(arguments[0]));
        System.out.println(zookeeper.port());
        zookeeper.factory.join();
    }
}
