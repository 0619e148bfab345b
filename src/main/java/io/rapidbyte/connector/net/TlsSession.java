package io.rapidbyte.connector.net;

import io.rapidbyte.model.ConnectorException;
import java.io.IOException;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.security.GeneralSecurityException;
import java.time.Duration;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLEngineResult;
import javax.net.ssl.SSLEngineResult.HandshakeStatus;
import javax.net.ssl.SSLEngineResult.Status;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLHandshakeException;

/**
 * TLS over a blocking channel. Records are decrypted straight into guest memory where a whole one fits.
 * One thread.
 */
final class TlsSession {
    /** So many records are read or written in one system call. */
    private static final int RECORDS_PER_CALL = 8;

    private static final ByteBuffer NOTHING = ByteBuffer.allocate(0);

    private final SocketChannel channel;
    private final SSLEngine engine;
    private final int recordBytes;

    /** Ciphertext that arrived; position to limit is unread. */
    private final ByteBuffer arrived;

    /** Ciphertext to send; position to limit is free. */
    private final ByteBuffer leaving;

    /** Plaintext that did not fit into the guest's buffer; position to limit is unread. */
    private final ByteBuffer spilled;

    private boolean established;
    private boolean ended;

    private TlsSession(SocketChannel channel, SSLEngine engine) {
        this.channel = channel;
        this.engine = engine;
        this.recordBytes = engine.getSession().getPacketBufferSize();
        this.arrived = ByteBuffer.allocateDirect(recordBytes * RECORDS_PER_CALL).limit(0);
        this.leaving = ByteBuffer.allocateDirect(recordBytes * RECORDS_PER_CALL);
        this.spilled = ByteBuffer.allocate(engine.getSession().getApplicationBufferSize())
                .limit(0);
    }

    static TlsSession start(SocketChannel channel, String peer, TlsRequest request, Duration timeout)
            throws ConnectorException {
        try {
            TlsSession session = new TlsSession(channel, TlsEngines.client(request));
            session.handshake(System.nanoTime() + timeout.toNanos());
            return session;
        } catch (GeneralSecurityException | SSLException e) {
            throw NetErrors.tlsFailed(peer, e);
        } catch (IOException e) {
            throw NetErrors.transientNetwork(
                    "net.tls-interrupted",
                    "starting TLS with " + peer + ": " + e.getMessage() + "; check that the server speaks TLS there",
                    e);
        }
    }

    /** Blocks until there is plaintext; puts nothing only at the end that the peer announced. */
    void read(ByteBuffer target) throws IOException {
        int start = target.position();
        pour(target);
        while (!ended && target.hasRemaining()) {
            if (decrypt(target)) {
                pour(target);
            } else if (target.position() > start) {
                return;
            } else {
                receive();
            }
        }
    }

    void write(ByteBuffer source) throws IOException {
        while (source.hasRemaining()) {
            SSLEngineResult result = engine.wrap(source, leaving);
            if (result.getStatus() == Status.CLOSED) {
                throw new SSLException("the peer has ended the TLS session");
            }
            if (result.getStatus() == Status.BUFFER_OVERFLOW || leaving.remaining() < recordBytes) {
                send();
            }
        }
        send();
    }

    /** Tells the peer that the end is meant, if the kernel takes it without waiting. */
    void sayGoodbye() {
        try {
            engine.closeOutbound();
            channel.configureBlocking(false);
            engine.wrap(NOTHING, leaving);
            leaving.flip();
            channel.write(leaving);
        } catch (IOException e) {
            // The connection is being closed anyway; the peer sees that too.
            ended = true;
        }
    }

    private void handshake(long deadlineNanos) throws IOException {
        engine.beginHandshake();
        while (true) {
            switch (engine.getHandshakeStatus()) {
                case NEED_WRAP -> {
                    engine.wrap(NOTHING, leaving);
                    send();
                }
                case NEED_TASK -> runTasks();
                case NEED_UNWRAP, NEED_UNWRAP_AGAIN -> {
                    if (!decrypt(NOTHING)) {
                        receiveBefore(deadlineNanos);
                    } else if (ended) {
                        throw new SSLHandshakeException("the peer ended the handshake");
                    }
                }
                case FINISHED, NOT_HANDSHAKING -> {
                    established = true;
                    return;
                }
            }
        }
    }

    /**
     * Decrypts one record into {@code target} if a whole one fits, else beside it.
     *
     * @return false if no whole record has arrived
     */
    private boolean decrypt(ByteBuffer target) throws IOException {
        boolean beside = target.remaining() < spilled.capacity();
        SSLEngineResult result = engine.unwrap(arrived, beside ? spilled.clear() : target);
        if (beside) {
            spilled.flip();
        }
        switch (result.getStatus()) {
            case BUFFER_UNDERFLOW -> {
                return false;
            }
            case BUFFER_OVERFLOW -> throw new SSLException("the peer sent a record beyond the size that TLS allows");
            case CLOSED -> ended = true;
            case OK -> answer();
        }
        return true;
    }

    /** In the middle of the data TLS 1.3 may renew keys, and wants that confirmed. */
    private void answer() throws IOException {
        if (engine.getHandshakeStatus() == HandshakeStatus.NEED_TASK) {
            runTasks();
        }
        if (established && engine.getHandshakeStatus() == HandshakeStatus.NEED_WRAP) {
            engine.wrap(NOTHING, leaving);
            send();
        }
    }

    private void runTasks() {
        Runnable task = engine.getDelegatedTask();
        while (task != null) {
            task.run();
            task = engine.getDelegatedTask();
        }
    }

    private void pour(ByteBuffer target) {
        int bytes = Math.min(spilled.remaining(), target.remaining());
        target.put(target.position(), spilled, spilled.position(), bytes);
        target.position(target.position() + bytes);
        spilled.position(spilled.position() + bytes);
    }

    private void receive() throws IOException {
        arrived.compact();
        try {
            requireMore(channel.read(arrived));
        } finally {
            arrived.flip();
        }
    }

    /** As {@link #receive}, through the socket's stream, which alone knows timeouts. */
    private void receiveBefore(long deadlineNanos) throws IOException {
        long leftMs = (deadlineNanos - System.nanoTime()) / 1_000_000;
        if (leftMs <= 0) {
            throw new SocketTimeoutException("no answer in time");
        }
        Socket socket = channel.socket();
        socket.setSoTimeout(Math.clamp(leftMs, 1, Integer.MAX_VALUE));
        byte[] bytes = new byte[recordBytes];
        arrived.compact();
        try {
            int count = socket.getInputStream().read(bytes, 0, Math.min(bytes.length, arrived.remaining()));
            requireMore(count);
            arrived.put(bytes, 0, count);
        } finally {
            arrived.flip();
        }
    }

    /** A connection that ends without the peer's goodbye may have been cut by anyone: never a clean end (I1). */
    private static void requireMore(int count) throws IOException {
        if (count < 0) {
            throw new IOException("the peer closed the connection in the middle of the TLS session");
        }
    }

    private void send() throws IOException {
        leaving.flip();
        try {
            while (leaving.hasRemaining()) {
                channel.write(leaving);
            }
        } finally {
            leaving.compact();
        }
    }
}
