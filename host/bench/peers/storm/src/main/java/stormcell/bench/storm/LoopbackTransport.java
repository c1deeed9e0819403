package stormcell.bench.storm;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import org.apache.storm.security.auth.ReqContext;
import org.apache.storm.security.auth.SimpleTransportPlugin;
import org.apache.storm.thrift.TException;
import org.apache.storm.thrift.TProcessor;
import org.apache.storm.thrift.protocol.TBinaryProtocol;
import org.apache.storm.thrift.protocol.TProtocol;
import org.apache.storm.thrift.server.THsHaServer;
import org.apache.storm.thrift.server.TServer;
import org.apache.storm.thrift.transport.TNonblockingServerSocket;
import org.apache.storm.thrift.transport.TTransportException;

/**
 * Storm's simple transport, listening on the loopback address only.
 *
 * <p>Storm's own listens on every address, and nimbus runs whatever anybody submits.
 */
public final class LoopbackTransport extends SimpleTransportPlugin {
    private int port;

    @Override
    public TServer getServer(TProcessor processor) throws TTransportException {
        TNonblockingServerSocket socket =
                new TNonblockingServerSocket(
                        new InetSocketAddress(
                                InetAddress.getLoopbackAddress(), type.getPort(topoConf)));
        port = socket.getPort();
        int maxBufferSize = type.getMaxBufferSize(topoConf);
        THsHaServer.Args arguments =
                new THsHaServer.Args(socket)
                        .processor(new Anonymous(processor))
                        .maxWorkerThreads(type.getNumThreads(topoConf))
                        .protocolFactory(
                                new TBinaryProtocol.Factory(false, true, maxBufferSize, -1));
        arguments.maxReadBufferBytes = maxBufferSize;
        return new THsHaServer(arguments);
    }

    @Override
    public int getPort() {
        return port;
    }

    /** Handles each request as one of nobody in particular, as Storm's simple transport does. */
    private record Anonymous(TProcessor processor) implements TProcessor {
        @Override
        public void process(TProtocol in, TProtocol out) throws TException {
            ReqContext context = ReqContext.context();
            context.setRemoteAddress(InetAddress.getLoopbackAddress());
            context.setSubject(null);
            processor.process(in, out);
        }
    }
}
