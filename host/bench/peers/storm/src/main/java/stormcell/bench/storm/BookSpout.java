package stormcell.bench.storm;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.apache.storm.spout.SpoutOutputCollector;
import org.apache.storm.task.TopologyContext;

/** Emits the lines of a file, again and again. */
final class BookSpout extends CountingSpout {
    private static final long serialVersionUID = 1L;

    private final String file;
    private transient List<String> lines;
    private int next;

    /**
     * A spout.
     *
     * @param file the path of a file of UTF-8 text
     */
    BookSpout(String file) {
        super("text", true);
        this.file = file;
    }

    @Override
    public void open(
            Map<String, Object> config, TopologyContext context, SpoutOutputCollector collector) {
        super.open(config, context, collector);
        try {
            lines = Files.readAllLines(Path.of(file));
        } catch (IOException e) {
            throw new UncheckedIOException("reading " + file, e);
        }
    }

    @Override
    Object nextValue() {
        String line = lines.get(next);
        next = next + 1 == lines.size() ? 0 : next + 1;
        return line;
    }
}
