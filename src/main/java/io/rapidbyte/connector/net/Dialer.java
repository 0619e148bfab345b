package io.rapidbyte.connector.net;

import io.rapidbyte.model.ConnectorException;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketTimeoutException;
import java.net.StandardSocketOptions;
import java.nio.channels.SocketChannel;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.UnaryOperator;
import jdk.net.ExtendedSocketOptions;

/** Reaches a host: looks it up, checks what it found, and tries its addresses in turn within one deadline. */
final class Dialer {
    private static final int HIGHEST_PORT = 65_535;

    // A silent peer is asked after one minute, and given up two minutes later.
    private static final int ALIVE_AFTER_SECONDS = 60;
    private static final int ALIVE_EVERY_SECONDS = 15;
    private static final int ALIVE_TIMES = 8;

    private final NetworkPolicy policy;
    private final Duration timeout;
    private final UnaryOperator<SocketChannel> watch;

    /** {@code watch} sees every channel before it may block, so that another thread can close it. */
    Dialer(NetworkPolicy policy, Duration timeout, UnaryOperator<SocketChannel> watch) {
        this.policy = policy;
        this.timeout = timeout;
        this.watch = watch;
    }

    SocketChannel dial(String hostname, int port) throws ConnectorException {
        String host = policy.admit(hostname);
        String peer = peer(host, port);
        if (port < 1 || port > HIGHEST_PORT) {
            throw NetErrors.protocol("net.invalid-port", "connect-tcp: " + port + " is no port of " + host);
        }
        long deadline = System.nanoTime() + timeout.toNanos();
        try {
            return reach(admitted(host), port, deadline);
        } catch (IOException e) {
            throw NetErrors.unreachable(peer, e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw NetErrors.cancelled("connecting to " + peer + ": the run was cancelled");
        }
    }

    static String peer(String host, int port) {
        return (host.indexOf(':') >= 0 ? "[" + host + "]" : host) + ":" + port;
    }

    private List<InetAddress> admitted(String host) throws IOException, InterruptedException, ConnectorException {
        List<InetAddress> addresses = Resolver.resolve(host, timeout);
        List<InetAddress> admitted = new ArrayList<>();
        for (InetAddress address : addresses) {
            policy.admit(host, address);
            admitted.add(address);
        }
        return admitted;
    }

    private SocketChannel reach(List<InetAddress> addresses, int port, long deadline)
            throws IOException, ConnectorException {
        IOException first = new SocketTimeoutException("no time left");
        for (int i = 0; i < addresses.size(); i++) {
            long leftMs = (deadline - System.nanoTime()) / 1_000_000;
            if (leftMs <= 0) {
                break;
            }
            try {
                // Each address gets its share, so that a dead one leaves time for the next.
                return open(new InetSocketAddress(addresses.get(i), port), leftMs / (addresses.size() - i));
            } catch (IOException e) {
                first = i == 0 ? e : first;
            }
        }
        throw first;
    }

    private SocketChannel open(InetSocketAddress address, long timeoutMs) throws IOException {
        SocketChannel channel = watch.apply(SocketChannel.open());
        try {
            channel.setOption(StandardSocketOptions.TCP_NODELAY, true);
            askWhetherAlive(channel);
            channel.socket().connect(address, Math.clamp(timeoutMs, 1, Integer.MAX_VALUE));
            return channel;
        } catch (IOException | RuntimeException e) {
            channel.close();
            throw e;
        }
    }

    /** A peer that vanished without a word would otherwise block a read for ever; the system's own pace is two hours. */
    private static void askWhetherAlive(SocketChannel channel) throws IOException {
        channel.setOption(StandardSocketOptions.SO_KEEPALIVE, true);
        if (channel.supportedOptions().contains(ExtendedSocketOptions.TCP_KEEPIDLE)) {
            channel.setOption(ExtendedSocketOptions.TCP_KEEPIDLE, ALIVE_AFTER_SECONDS);
            channel.setOption(ExtendedSocketOptions.TCP_KEEPINTERVAL, ALIVE_EVERY_SECONDS);
            channel.setOption(ExtendedSocketOptions.TCP_KEEPCOUNT, ALIVE_TIMES);
        }
    }
}
