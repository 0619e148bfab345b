package io.rapidbyte.flow;

import io.rapidbyte.model.Failure;
import io.rapidbyte.model.StageTrace;
import io.vertx.core.Vertx;
import io.vertx.core.eventbus.DeliveryOptions;
import io.vertx.core.eventbus.MessageConsumer;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.LongConsumer;

/**
 * One edge's messages on the event bus. Sends from any thread; order holds for each sender. Handlers
 * run on the event loop that registered them. Frames carry their stage's trace context as a header.
 */
final class EdgeBus {
    private static final String FRAME_CODEC = "rapidbyte.frame";
    private static final String CREDIT_CODEC = "rapidbyte.credit";

    private final Vertx vertx;
    private final EdgeAddress edge;
    private final StageTrace trace;
    private final DeliveryOptions frameOptions;
    private final DeliveryOptions creditOptions;
    private final DeliveryOptions pollOptions;

    /** @param trace of the stage that is at this end */
    EdgeBus(Vertx vertx, EdgeAddress edge, StageTrace trace) {
        this.vertx = vertx;
        this.edge = edge;
        this.trace = trace;
        this.frameOptions = LocalCodec.install(vertx, FRAME_CODEC);
        trace.context().ifPresent(context -> frameOptions.addHeader(StageTrace.HEADER, context));
        this.creditOptions = LocalCodec.install(vertx, CREDIT_CODEC);
        this.pollOptions = new DeliveryOptions().setLocalOnly(true);
    }

    void send(Frame frame) {
        vertx.eventBus().send(edge.data(), frame, frameOptions);
    }

    void grant(long through) {
        vertx.eventBus().send(edge.credit(), new Credit.Granted(through), creditOptions);
    }

    void acceptForm(String form) {
        vertx.eventBus().send(edge.credit(), new Credit.FormAccepted(form), creditOptions);
    }

    void firstTaken() {
        vertx.eventBus().send(edge.credit(), new Credit.FirstTaken(), creditOptions);
    }

    void refuse(Failure failure) {
        vertx.eventBus().send(edge.credit(), new Credit.Refused(failure), creditOptions);
    }

    /** Asks how far may be sent. */
    void poll(long sent) {
        vertx.eventBus().send(edge.poll(), sent, pollOptions);
    }

    MessageConsumer<Frame> onFrame(Consumer<Frame> handler) {
        return vertx.eventBus().<Frame>localConsumer(edge.data(), message -> {
            Optional.ofNullable(message.headers().get(StageTrace.HEADER)).ifPresent(trace::follows);
            handler.accept(message.body());
        });
    }

    MessageConsumer<Credit> onCredit(Consumer<Credit> handler) {
        return vertx.eventBus().<Credit>localConsumer(edge.credit(), message -> handler.accept(message.body()));
    }

    MessageConsumer<Long> onPoll(LongConsumer handler) {
        return vertx.eventBus().<Long>localConsumer(edge.poll(), message -> handler.accept(message.body()));
    }
}
