package io.rapidbyte.connector.net;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;
import javax.net.ssl.ExtendedSSLSession;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLSocket;

/** Sends back what it gets, on a port of its own of the loopback interface, until it is closed. */
public final class EchoServer implements AutoCloseable {
    /** What a server does with a connection. */
    public interface Conversation {
        void hold(Socket socket) throws IOException;
    }

    private final ServerSocket listener;
    private final Set<Socket> sockets = ConcurrentHashMap.newKeySet();

    public EchoServer() throws IOException {
        this(EchoServer::echo);
    }

    public EchoServer(Conversation conversation) throws IOException {
        listener = new ServerSocket(0, 16, InetAddress.getLoopbackAddress());
        Thread.ofPlatform().daemon().name("echo-server").start(() -> serve(conversation));
    }

    /** Reads a question of eight bytes in plain, answers {@code S}, and echoes under TLS from there. */
    static EchoServer withTls(SSLContext context, boolean wantsClientCertificate) throws IOException {
        return withTls(context, wantsClientCertificate, session -> {});
    }

    /** The same; {@code listener} sees every session when its handshake is done, on the connection's thread. */
    static EchoServer withTls(SSLContext context, boolean wantsClientCertificate, Consumer<ExtendedSSLSession> listener)
            throws IOException {
        return new EchoServer(plain -> {
            plain.getInputStream().readNBytes(8);
            plain.getOutputStream().write('S');
            try (SSLSocket tls = (SSLSocket) context.getSocketFactory().createSocket(plain, null, true)) {
                tls.setUseClientMode(false);
                tls.setNeedClientAuth(wantsClientCertificate);
                listener.accept((ExtendedSSLSession) tls.getSession());
                echo(tls);
            }
        });
    }

    public int port() {
        return listener.getLocalPort();
    }

    @Override
    public void close() throws IOException {
        listener.close();
        for (Socket socket : sockets) {
            socket.close();
        }
    }

    static void echo(Socket socket) throws IOException {
        InputStream in = socket.getInputStream();
        byte[] bytes = new byte[1 << 16];
        for (int count = in.read(bytes); count >= 0; count = in.read(bytes)) {
            socket.getOutputStream().write(bytes, 0, count);
        }
    }

    private void serve(Conversation conversation) {
        while (!listener.isClosed()) {
            try {
                Socket socket = listener.accept();
                sockets.add(socket);
                Thread.ofPlatform().daemon().name("echo-connection").start(() -> {
                    try (socket) {
                        conversation.hold(socket);
                    } catch (IOException e) {
                        // The client went away, as some tests want it to.
                        sockets.remove(socket);
                    }
                });
            } catch (IOException e) {
                if (!listener.isClosed()) {
                    throw new UncheckedIOException(e);
                }
            }
        }
    }
}
