package io.rapidbyte.flow;

import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.eventbus.DeliveryOptions;
import io.vertx.core.eventbus.MessageCodec;
import io.vertx.core.tracing.TracingPolicy;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;

/**
 * Hands an immutable message to a receiver in the same process as it is. A body that is a
 * {@code Buffer} would be copied on each delivery.
 */
public final class LocalCodec<T> implements MessageCodec<T, T> {
    private static final Logger LOG = System.getLogger(LocalCodec.class.getName());

    private final String name;

    private LocalCodec(String name) {
        this.name = name;
    }

    /**
     * Makes {@code name} known to {@code vertx}, once or again.
     *
     * @return options to send messages of that kind with; they stay inside the node
     */
    public static DeliveryOptions install(Vertx vertx, String name) {
        try {
            vertx.eventBus().registerCodec(new LocalCodec<>(name));
        } catch (IllegalStateException alreadyThere) {
            // The bus cannot be asked for its codecs, and this one has no state: the first serves all.
            LOG.log(Level.TRACE, () -> name + " codec is installed already");
        }
        return new DeliveryOptions().setCodecName(name).setLocalOnly(true).setTracingPolicy(TracingPolicy.IGNORE);
    }

    @Override
    public T transform(T message) {
        return message;
    }

    @Override
    public void encodeToWire(Buffer buffer, T message) {
        throw new UnsupportedOperationException(name + " messages stay inside their node");
    }

    @Override
    public T decodeFromWire(int position, Buffer buffer) {
        throw new UnsupportedOperationException(name + " messages stay inside their node");
    }

    @Override
    public String name() {
        return name;
    }

    @Override
    public byte systemCodecID() {
        return -1;
    }
}
