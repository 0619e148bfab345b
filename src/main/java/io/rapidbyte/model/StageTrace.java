package io.rapidbyte.model;

import java.time.Duration;
import java.util.Map;
import java.util.Optional;

/** One stage's part in a trace. Any thread; nothing in here blocks. */
public interface StageTrace {
    /** The header that carries a context, as <a href="https://www.w3.org/TR/trace-context/">W3C Trace Context</a> names it. */
    String HEADER = "traceparent";

    /** Of a stage that nobody traces. */
    StageTrace NONE = new StageTrace() {
        @Override
        public Optional<String> context() {
            return Optional.empty();
        }

        @Override
        public void follows(String context) {}

        @Override
        public void ended(Optional<Failure> failure, Map<String, Duration> timings) {}
    };

    /** What the stage's frames carry as {@link #HEADER}; the same at every call. */
    Optional<String> context();

    /** The stage takes frames that carry {@code context}; told for each of them. What is no context is passed over. */
    void follows(String context);

    /**
     * The stage has ended. Once.
     *
     * @param failure why it ended early; not told of who only stopped because another did
     * @param timings by what the time went to
     */
    void ended(Optional<Failure> failure, Map<String, Duration> timings);
}
