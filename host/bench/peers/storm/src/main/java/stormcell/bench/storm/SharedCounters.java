package stormcell.bench.storm;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.channels.FileChannel.MapMode;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Map;

/**
 * Counters in a file that all processes of a run map: exact, and there when a worker has died.
 *
 * <p>Each counter has one writer at a time, so that a write is a plain store.
 */
final class SharedCounters {
    /** The key of the topology's configuration under which tasks find the file. */
    static final String CONFIG_KEY = "stormcell.bench.counters";

    private static final VarHandle LONG =
            MethodHandles.byteBufferViewVarHandle(long[].class, ByteOrder.nativeOrder());
    /** Counters lie a cache line apart, as they are written by different threads. */
    private static final int STRIDE = 64;

    private final ByteBuffer buffer;

    private SharedCounters(ByteBuffer buffer) {
        this.buffer = buffer;
    }

    /**
     * Maps a file of counters, which is made with zeroes if it is not there.
     *
     * @param file the file
     * @return the counters
     */
    static SharedCounters open(Path file) {
        try (FileChannel channel =
                FileChannel.open(
                        file,
                        StandardOpenOption.CREATE,
                        StandardOpenOption.READ,
                        StandardOpenOption.WRITE)) {
            long size = (long) STRIDE * Counter.values().length;
            return new SharedCounters(
                    channel.map(MapMode.READ_WRITE, 0, size).order(ByteOrder.nativeOrder()));
        } catch (IOException e) {
            throw new UncheckedIOException("mapping " + file, e);
        }
    }

    /**
     * Maps the counters of a topology, in a task of it.
     *
     * @param config the configuration that the task was given
     * @return the counters
     */
    static SharedCounters of(Map<String, Object> config) {
        return open(Path.of((String) config.get(CONFIG_KEY)));
    }

    /** The value of a counter. */
    long get(Counter counter) {
        return (long) LONG.getAcquire(buffer, counter.ordinal() * STRIDE);
    }

    /** Sets a counter; only its one writer does. */
    void set(Counter counter, long value) {
        LONG.setRelease(buffer, counter.ordinal() * STRIDE, value);
    }
}
