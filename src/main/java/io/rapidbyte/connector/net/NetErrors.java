package io.rapidbyte.connector.net;

import io.rapidbyte.model.ConnectorError;
import io.rapidbyte.model.ConnectorException;
import io.rapidbyte.model.ErrorCategory;
import java.io.IOException;
import java.net.ConnectException;
import java.net.NoRouteToHostException;
import java.net.SocketTimeoutException;
import java.net.UnknownHostException;
import java.nio.channels.ClosedChannelException;
import java.time.Duration;

/** Turns what the operating system says into errors that name the peer and the next step. */
final class NetErrors {
    private NetErrors() {}

    static ConnectorException unreachable(String peer, IOException cause) {
        String what = switch (cause) {
            case UnknownHostException _ -> "unknown host; check the name and this machine's DNS";
            case SocketTimeoutException _ ->
                "no answer in time; check address, port and firewalls, or raise the connect timeout";
            case NoRouteToHostException _ -> "no route to the host; check the address and the network";
            case ConnectException _ -> reason(cause) + "; check that the server runs and listens there";
            default -> reason(cause);
        };
        return transientNetwork("net.unreachable", "cannot connect to " + peer + ": " + what, cause);
    }

    /** An error while reading or writing; a socket that the host closed under the guest's hands was cancelled. */
    static ConnectorException broken(String doing, String peer, IOException cause) {
        if (cause instanceof ClosedChannelException) {
            return cancelled(doing + " " + peer + ": the connection was closed because the run was cancelled");
        }
        return transientNetwork(
                "net.connection-lost", doing + " " + peer + ": the connection was lost: " + reason(cause), cause);
    }

    static ConnectorException idle(String peer, Duration timeout, Throwable cause) {
        return transientNetwork(
                "net.idle-timeout",
                "the peer " + peer + " was silent for more than " + timeout.toSeconds()
                        + " s (limits.max_idle_seconds); see what keeps it busy, or raise the limit",
                cause);
    }

    static ConnectorException tlsFailed(String peer, Exception cause) {
        return new ConnectorException(
                ConnectorError.permanent(
                        ErrorCategory.CONFIG,
                        "net.tls-failed",
                        "cannot establish TLS with " + peer + ": " + rootReason(cause)
                                + "; check the certificates and the verification mode"),
                cause);
    }

    static ConnectorException cancelled(String message) {
        return new ConnectorException(ConnectorError.permanent(ErrorCategory.CANCELLED, "net.cancelled", message));
    }

    static ConnectorException protocol(String code, String message) {
        return new ConnectorException(ConnectorError.permanent(ErrorCategory.INTERNAL, code, message));
    }

    static ConnectorException denied(String code, String message) {
        return new ConnectorException(ConnectorError.permanent(ErrorCategory.PERMISSION, code, message));
    }

    static ConnectorException transientNetwork(String code, String message, Throwable cause) {
        return new ConnectorException(
                ConnectorError.transientError(ErrorCategory.TRANSIENT_NETWORK, code, message), cause);
    }

    private static String reason(Throwable cause) {
        String message = cause.getMessage();
        return message == null ? cause.getClass().getSimpleName() : message;
    }

    private static String rootReason(Throwable cause) {
        Throwable root = cause;
        while (root.getCause() != null) {
            root = root.getCause();
        }
        return reason(root);
    }
}
