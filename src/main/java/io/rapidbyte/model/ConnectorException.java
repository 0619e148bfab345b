package io.rapidbyte.model;

/** A connector's call ended in an error, its own or one the host found. */
public final class ConnectorException extends Exception {
    private static final long serialVersionUID = 1L;

    private final transient ConnectorError error;

    public ConnectorException(ConnectorError error) {
        super(error.message());
        this.error = error;
    }

    public ConnectorException(ConnectorError error, Throwable cause) {
        super(error.message(), cause);
        this.error = error;
    }

    public ConnectorError error() {
        return error;
    }
}
