package io.rapidbyte.connector.net;

import io.rapidbyte.model.ConnectorException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * The sockets of one instance, known to the guest by handles that are never used twice. All calls come
 * from the guest thread, but for {@link #cancel}.
 */
public final class GuestSockets {
    /** The most that one read hands over; more would only delay the guest's work on it. */
    public static final int MAX_READ_BYTES = 1 << 20;

    private static final System.Logger LOG = System.getLogger(GuestSockets.class.getName());
    private static final AtomicInteger LIVE = new AtomicInteger();

    private final SocketOptions options;

    // The guest thread's own.
    private final Map<Long, GuestSocket> sockets = new HashMap<>();
    private final IdleWatch idle;
    private NetworkPolicy policy;
    private long lastHandle;
    private long bytesLeft;

    // Shared with whoever cancels.
    private final Set<SocketChannel> channels = ConcurrentHashMap.newKeySet();
    private volatile boolean cancelled;

    public GuestSockets(NetworkPolicy policy, SocketOptions options) {
        this.policy = policy;
        this.options = options;
        this.idle = new IdleWatch(options.idleTimeout());
        this.bytesLeft = options.maxBytes();
    }

    /** Sockets open in this process, over all instances; for leak checks. */
    public static int live() {
        return LIVE.get();
    }

    /** Replaces the policy for connections made from here on. */
    public void govern(NetworkPolicy policy) {
        this.policy = policy;
    }

    /** Connects and gives the handle. */
    public long connect(String host, int port) throws ConnectorException {
        if (sockets.size() >= options.maxSockets()) {
            throw NetErrors.denied(
                    "net.too-many-sockets",
                    "connect-tcp: the instance has " + sockets.size()
                            + " sockets open, the most its manifest allows (limits.max_sockets)");
        }
        SocketChannel channel =
                guarded(() -> new Dialer(policy, options.connectTimeout(), this::watch).dial(host, port));
        long handle = ++lastHandle;
        sockets.put(handle, new GuestSocket(channel, Dialer.peer(HostPattern.normal(host), port), policy.tls()));
        return handle;
    }

    /** Blocks until there is something to read and puts it into {@code target}; nothing at the end of the stream. */
    public void read(long handle, ByteBuffer target) throws ConnectorException {
        if (!target.hasRemaining()) {
            throw NetErrors.protocol("net.empty-read", "socket-read: max must be at least 1");
        }
        GuestSocket socket = socket(handle, "socket-read");
        requireBytesLeft("socket-read", 1);
        int start = target.position();
        int limit = target.limit();
        target.limit((int) Math.min(limit, start + bytesLeft));
        waiting(socket, () -> {
            socket.read(target);
            return target;
        });
        target.limit(limit);
        bytesLeft -= target.position() - start;
    }

    /** Blocks until all of {@code source} is written. */
    public void write(long handle, ByteBuffer source) throws ConnectorException {
        GuestSocket socket = socket(handle, "socket-write");
        int bytes = source.remaining();
        requireBytesLeft("socket-write", bytes);
        waiting(socket, () -> {
            socket.write(source);
            return source;
        });
        bytesLeft -= bytes;
    }

    private void requireBytesLeft(String operation, int bytes) throws ConnectorException {
        if (bytes > bytesLeft) {
            throw NetErrors.denied(
                    "net.too-many-bytes",
                    operation + ": the instance has sent and received all of the " + options.maxBytes()
                            + " bytes it may (limits.max_network_mb)");
        }
    }

    private <T> void waiting(GuestSocket socket, Blocking<T> call) throws ConnectorException {
        guarded(() -> {
            try {
                return idle.during(socket.channel(), call::run);
            } catch (ConnectorException e) {
                if (idle.endedIdle(socket.channel())) {
                    throw NetErrors.idle(socket.peer(), idle.timeout().orElseThrow(), e);
                }
                throw e;
            }
        });
    }

    public void startTls(long handle, TlsRequest request) throws ConnectorException {
        GuestSocket socket = socket(handle, "socket-start-tls");
        guarded(() -> {
            socket.startTls(request, options.connectTimeout());
            return socket;
        });
    }

    /** An unknown handle is none of the host's concern. */
    public void close(long handle) {
        GuestSocket socket = sockets.remove(handle);
        if (socket != null) {
            socket.close();
            sweep();
        }
    }

    /** Closes everything; on the guest thread. */
    public void closeAll() {
        sockets.values().forEach(GuestSocket::close);
        sockets.clear();
        channels.forEach(GuestSockets::closeQuietly);
        idle.close();
        sweep();
    }

    /** Ends every blocked call and refuses new ones. From any thread; may be repeated. */
    public void cancel() {
        cancelled = true;
        channels.forEach(GuestSockets::closeQuietly);
    }

    private GuestSocket socket(long handle, String operation) throws ConnectorException {
        GuestSocket socket = sockets.get(handle);
        if (socket == null) {
            throw NetErrors.protocol(
                    "net.unknown-socket",
                    operation + ": no open socket has the handle " + Long.toUnsignedString(handle));
        }
        return socket;
    }

    private interface Blocking<T> {
        T run() throws ConnectorException;
    }

    /** However the platform words the end of a call on a socket closed by {@link #cancel}, it was a cancel. */
    private <T> T guarded(Blocking<T> call) throws ConnectorException {
        try {
            return call.run();
        } catch (ConnectorException e) {
            if (cancelled) {
                throw NetErrors.cancelled("the network call ended because the run was cancelled");
            }
            throw e;
        }
    }

    /** Registers first and looks at the flag second; {@link #cancel} does the reverse, so no channel slips through. */
    private SocketChannel watch(SocketChannel channel) {
        sweep();
        channels.add(channel);
        LIVE.incrementAndGet();
        if (cancelled) {
            closeQuietly(channel);
        }
        return channel;
    }

    /** Forgets channels that are closed, be it by a failed connect. */
    private void sweep() {
        channels.removeIf(channel -> {
            if (channel.isOpen()) {
                return false;
            }
            LIVE.decrementAndGet();
            return true;
        });
    }

    /** The descriptor is gone whatever the kernel says, so there is nothing to hand on. */
    static void closeQuietly(SocketChannel channel) {
        try {
            channel.close();
        } catch (IOException e) {
            LOG.log(System.Logger.Level.DEBUG, "closing a connection", e);
        }
    }
}
