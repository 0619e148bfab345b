package io.rapidbyte.server;

import java.util.ArrayDeque;
import java.util.List;
import java.util.Optional;

/** The latest events, as many as fit into a number and into bytes. */
final class EventRing {
    private final int maxEvents;
    private final long maxChars;
    private final ArrayDeque<FeedEvent> events = new ArrayDeque<>();
    private long chars;

    /** The number of the last event that is gone. */
    private long lost;

    EventRing(int maxEvents, long maxChars) {
        this.maxEvents = maxEvents;
        this.maxChars = maxChars;
    }

    void add(FeedEvent event) {
        events.addLast(event);
        chars += event.message().text().length();
        while (events.size() > maxEvents || chars > maxChars) {
            FeedEvent oldest = events.removeFirst();
            chars -= oldest.message().text().length();
            lost = oldest.number();
        }
    }

    /** What came after that number; empty if some of it is gone. */
    Optional<List<FeedEvent>> after(long number) {
        return number < lost
                ? Optional.empty()
                : Optional.of(
                        events.stream().filter(event -> event.number() > number).toList());
    }

    List<FeedEvent> all() {
        return List.copyOf(events);
    }
}
