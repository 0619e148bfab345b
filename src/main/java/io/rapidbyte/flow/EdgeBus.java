package io.rapidbyte.flow;

import io.rapidbyte.model.Failure;
import io.vertx.core.Vertx;
import io.vertx.core.eventbus.DeliveryOptions;
import io.vertx.core.eventbus.MessageConsumer;
import java.util.function.Consumer;
import java.util.function.LongConsumer;

/**
 * One edge's messages on the event bus. Sends from any thread; order holds for each sender. Handlers
 * run on the event loop that registered them.
 */
final class EdgeBus {
    private static final String FRAME_CODEC = "rapidbyte.frame";
    private static final String CREDIT_CODEC = "rapidbyte.credit";

    private final Vertx vertx;
    private final EdgeAddress edge;
    private final DeliveryOptions frameOptions;
    private final DeliveryOptions creditOptions;
    private final DeliveryOptions pollOptions;

    EdgeBus(Vertx vertx, EdgeAddress edge) {
        this.vertx = vertx;
        this.edge = edge;
        this.frameOptions = LocalCodec.install(vertx, FRAME_CODEC);
        this.creditOptions = LocalCodec.install(vertx, CREDIT_CODEC);
        this.pollOptions = new DeliveryOptions().setLocalOnly(true);
    }

    void send(Frame frame) {
        vertx.eventBus().send(edge.data(), frame, frameOptions);
    }

    void grant(long through) {
        vertx.eventBus().send(edge.credit(), new Credit.Granted(through), creditOptions);
    }

    void refuse(Failure failure) {
        vertx.eventBus().send(edge.credit(), new Credit.Refused(failure), creditOptions);
    }

    /** Asks how far may be sent. */
    void poll(long sent) {
        vertx.eventBus().send(edge.poll(), sent, pollOptions);
    }

    MessageConsumer<Frame> onFrame(Consumer<Frame> handler) {
        return vertx.eventBus().<Frame>localConsumer(edge.data(), message -> handler.accept(message.body()));
    }

    MessageConsumer<Credit> onCredit(Consumer<Credit> handler) {
        return vertx.eventBus().<Credit>localConsumer(edge.credit(), message -> handler.accept(message.body()));
    }

    MessageConsumer<Long> onPoll(LongConsumer handler) {
        return vertx.eventBus().<Long>localConsumer(edge.poll(), message -> handler.accept(message.body()));
    }
}
