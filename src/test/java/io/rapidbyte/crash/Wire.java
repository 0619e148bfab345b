package io.rapidbyte.crash;

import java.io.Closeable;
import java.io.DataInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * A wire between the program and a PostgreSQL server that can break at a chosen moment. It forwards both ways, and understands of
 * the protocol what it needs: where a client's message begins, which ones carry rows of a COPY, and which one is a COMMIT.
 */
final class Wire implements Closeable {
    /** When and how the wire breaks, once until it is {@linkplain #arm armed} again; the connections after it are sound. */
    sealed interface Break {
        /** The server never sees the n-th COMMIT of rows. */
        record BeforeCommit(int nth) implements Break {}

        /** The server gets the n-th COMMIT of rows, and nobody knows how far it comes with it. */
        record AtCommit(int nth) implements Break {}

        /** The server has committed rows the n-th time, and the client never learns it. */
        record BeforeCommitsAnswer(int nth) implements Break {}

        /** After that many bytes from the server, on one connection. */
        record AfterReceived(long bytes) implements Break {}

        /** After that many bytes from the client, on one connection. */
        record AfterSent(long bytes) implements Break {}
    }

    /** The request code of a startup message of protocol 3.0; what comes before it is a question for encryption. */
    private static final int PROTOCOL_3 = 196608;

    private static final int CHUNK = 1 << 16;

    private final ServerSocket door;
    private final int serverPort;
    private final Break chosen;
    private final Runnable meanwhile;
    private final AtomicInteger commits = new AtomicInteger();
    private volatile boolean broken;

    /** Opens a wire to the server at {@code serverPort} of this machine. */
    Wire(int serverPort, Break chosen) throws IOException {
        this(serverPort, chosen, () -> {});
    }

    /** @param meanwhile what happens where the wire has broken, before either end can learn it */
    Wire(int serverPort, Break chosen, Runnable meanwhile) throws IOException {
        this.door = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
        this.serverPort = serverPort;
        this.chosen = chosen;
        this.meanwhile = meanwhile;
        Thread.ofVirtual().name("wire").start(this::accept);
    }

    int port() {
        return door.getLocalPort();
    }

    /** Whether it has broken. */
    boolean broken() {
        return broken;
    }

    /** It will break as it did before. */
    void arm() {
        commits.set(0);
        broken = false;
    }

    private void accept() {
        while (true) {
            try {
                connect(door.accept());
            } catch (IOException closed) {
                return;
            }
        }
    }

    private void connect(Socket client) throws IOException {
        Socket server;
        try {
            server = new Socket(InetAddress.getLoopbackAddress(), serverPort);
        } catch (IOException nobodyThere) {
            client.close();
            return;
        }
        Connection connection = new Connection(client, server);
        Thread.ofPlatform().daemon().start(connection::forwardRequests);
        Thread.ofPlatform().daemon().start(connection::forwardAnswers);
    }

    @Override
    public void close() throws IOException {
        door.close();
    }

    private synchronized void strike() {
        broken = true;
        meanwhile.run();
    }

    /** Returns when what happens meanwhile has happened: the client learns nothing before. */
    private synchronized boolean settle() {
        return broken;
    }

    private interface Forwarding {
        void run() throws IOException;
    }

    private final class Connection {
        private final Socket client;
        private final Socket server;
        private volatile boolean deaf;
        private long sent;
        private long answered;
        private boolean rowsSent;

        Connection(Socket client, Socket server) {
            this.client = client;
            this.server = server;
        }

        void forwardRequests() {
            forward(() -> {
                DataInputStream from = new DataInputStream(client.getInputStream());
                forwardStartup(from);
                while (forwardMessage(from)) {
                    // until the wire breaks
                }
            });
        }

        void forwardAnswers() {
            forward(() -> {
                InputStream from = server.getInputStream();
                byte[] chunk = new byte[CHUNK];
                for (int n = from.read(chunk); n >= 0 && !breaksAfter(n); n = from.read(chunk)) {
                    client.getOutputStream().write(chunk, 0, n);
                }
            });
        }

        private void forward(Forwarding direction) {
            try (client;
                    server) {
                try {
                    direction.run();
                } finally {
                    settle();
                }
            } catch (IOException ended) {
                // Either side has hung up; the other learns it by the closing of both.
            }
        }

        private void forwardStartup(DataInputStream from) throws IOException {
            int code;
            do {
                int length = from.readInt();
                byte[] rest = from.readNBytes(length - Integer.BYTES);
                code = ByteBuffer.wrap(rest).getInt();
                OutputStream to = server.getOutputStream();
                to.write(ByteBuffer.allocate(length).putInt(length).put(rest).array());
            } while (code != PROTOCOL_3);
        }

        /** False if the wire broke at it. */
        private boolean forwardMessage(DataInputStream from) throws IOException {
            int type = from.read();
            if (type < 0) {
                throw new EOFException();
            }
            int length = from.readInt();
            byte[] body = from.readNBytes(length - Integer.BYTES);
            boolean breaks = breaksAt((char) type, body);
            if (!breaks || chosen instanceof Break.AtCommit) {
                server.getOutputStream()
                        .write(ByteBuffer.allocate(1 + length)
                                .put((byte) type)
                                .putInt(length)
                                .put(body)
                                .array());
            }
            if (breaks) {
                breakNow();
            }
            return !breaks;
        }

        private boolean breaksAt(char type, byte[] body) {
            sent += body.length;
            if (broken) {
                return false;
            }
            rowsSent |= type == 'd';
            boolean commit = rowsSent && (type == 'Q' || type == 'P') && isCommit(body);
            int nth = commit ? commits.incrementAndGet() : 0;
            rowsSent &= !commit;
            return switch (chosen) {
                case Break.BeforeCommit at -> commit && nth == at.nth();
                case Break.AtCommit at -> commit && nth == at.nth();
                case Break.BeforeCommitsAnswer at -> {
                    deaf |= commit && nth == at.nth();
                    yield false;
                }
                case Break.AfterSent at -> sent > at.bytes();
                case Break.AfterReceived at -> false;
            };
        }

        private static boolean isCommit(byte[] body) {
            String text = new String(body, StandardCharsets.UTF_8).toLowerCase(Locale.ROOT);
            return text.replace("\0", "").strip().startsWith("commit");
        }

        /** Whether it breaks before the client gets the {@code received} bytes. The first ones after a COMMIT are its answer. */
        private boolean breaksAfter(int received) {
            answered += received;
            boolean full = chosen instanceof Break.AfterReceived at && answered > at.bytes() && !broken;
            if (full || (deaf && !broken)) {
                breakNow();
            }
            return full || deaf;
        }

        /** The other direction stops as well, so that no answer slips through while something happens to the server. */
        private void breakNow() {
            deaf = true;
            strike();
        }
    }
}
