package io.rapidbyte.connector.net;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketException;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * A DNS server (RFC 1035) over UDP on the loopback interface, which the JVM asks for every name below {@link #ZONE} through
 * {@link NameServerResolvers}. A name may be somewhere else at each question, as in an attack by DNS rebinding. It knows IPv4 alone. One at a time.
 */
final class NameServer implements AutoCloseable {
    static final String ZONE = ".names.test";

    private static final int HEADER_BYTES = 12;
    private static final int MAX_BYTES = 512;
    /** An answer to a standard query, by one who may recurse; and the same where there is no such name. */
    private static final short ANSWER = (short) 0x8180;

    private static final short NO_SUCH_NAME = (short) 0x8183;
    /** Where the question's name begins, as a compression pointer. */
    private static final short NAME_OF_THE_QUESTION = (short) 0xc00c;

    private static final short TYPE_A = 1;
    private static final short CLASS_IN = 1;

    private final DatagramSocket socket;
    private final Map<String, Name> names = new ConcurrentHashMap<>();

    NameServer() throws SocketException {
        socket = new DatagramSocket(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
        Thread.ofPlatform().daemon().name("name-server").start(this::serve);
        NameServerResolvers.ask(socket.getLocalPort());
    }

    /** Where {@code name} is, for good. */
    NameServer at(String name, String address) {
        return turning(name, List.of(List.of(address)));
    }

    /** All the addresses of {@code name} at the first question, at the second and so on; the last from then on. */
    NameServer turning(String name, List<List<String>> turns) {
        List<List<InetAddress>> addresses = turns.stream()
                .map(turn -> turn.stream().map(InetAddress::ofLiteral).toList())
                .toList();
        names.put(name, new Name(addresses, new AtomicInteger()));
        return this;
    }

    /** How often it was asked for {@code name}. */
    int questions(String name) {
        return Objects.requireNonNull(names.get(name), name).questions().get();
    }

    @Override
    public void close() {
        NameServerResolvers.ask(0);
        socket.close();
    }

    private void serve() {
        while (!socket.isClosed()) {
            try {
                DatagramPacket packet = new DatagramPacket(new byte[MAX_BYTES], MAX_BYTES);
                socket.receive(packet);
                byte[] reply = answer(packet.getData());
                socket.send(new DatagramPacket(reply, reply.length, packet.getSocketAddress()));
            } catch (IOException e) {
                if (!socket.isClosed()) {
                    throw new UncheckedIOException(e);
                }
            }
        }
    }

    private byte[] answer(byte[] bytes) {
        ByteBuffer query = ByteBuffer.wrap(bytes);
        short id = query.getShort();
        query.position(HEADER_BYTES);
        String name = name(query);
        query.position(query.position() + 2 * Short.BYTES);
        List<InetAddress> addresses = next(name);
        ByteBuffer reply = ByteBuffer.allocate(MAX_BYTES).putShort(id);
        reply.putShort(addresses.isEmpty() ? NO_SUCH_NAME : ANSWER);
        reply.putShort((short) 1)
                .putShort((short) addresses.size())
                .putShort((short) 0)
                .putShort((short) 0);
        reply.put(bytes, HEADER_BYTES, query.position() - HEADER_BYTES);
        for (InetAddress address : addresses) {
            reply.putShort(NAME_OF_THE_QUESTION).putShort(TYPE_A).putShort(CLASS_IN);
            reply.putInt(0); // Nobody is to remember it.
            reply.putShort((short) address.getAddress().length).put(address.getAddress());
        }
        return Arrays.copyOf(reply.array(), reply.position());
    }

    private static String name(ByteBuffer query) {
        StringBuilder name = new StringBuilder();
        for (int length = query.get(); length > 0; length = query.get()) {
            name.append(name.isEmpty() ? "" : ".");
            for (int i = 0; i < length; i++) {
                name.append((char) query.get());
            }
        }
        return name.toString();
    }

    private List<InetAddress> next(String name) {
        Name known = names.get(name);
        return known == null ? List.of() : known.next();
    }

    private record Name(List<List<InetAddress>> turns, AtomicInteger questions) {
        List<InetAddress> next() {
            return turns.get(Math.min(questions.getAndIncrement(), turns.size() - 1));
        }
    }
}
