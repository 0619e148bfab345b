package io.rapidbyte.server;

import static org.assertj.core.api.Assertions.assertThat;

import io.rapidbyte.model.RunEvent;
import io.rapidbyte.model.RunReport;
import io.rapidbyte.model.RunStatus;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** What slow clients get. */
class FeedClientTest {
    /** Takes as many messages as it is told. */
    private static final class Pipe implements FeedPipe {
        private final List<FeedMessage> sent = new ArrayList<>();
        private int room;
        private boolean ended;
        private boolean dropped;

        @Override
        public boolean full() {
            return room == 0;
        }

        @Override
        public void send(FeedMessage message) {
            assertThat(room--).isPositive();
            sent.add(message);
        }

        @Override
        public void heartbeat() {}

        @Override
        public void end() {
            ended = true;
        }

        @Override
        public void drop() {
            dropped = true;
        }

        List<String> types() {
            return sent.stream().map(FeedMessage::type).toList();
        }
    }

    private final Pipe pipe = new Pipe();
    private final FeedClient client =
            new FeedClient(pipe, Optional.empty(), () -> new FeedMessage("f-0", "snapshot", "{}"));
    private long number;

    private FeedEvent progress(String stream, long rows) {
        number++;
        return FeedEvent.of(
                "f",
                number,
                new RunEvent.StreamProgress(
                        "r",
                        number,
                        Instant.EPOCH,
                        stream,
                        rows,
                        rows,
                        rows,
                        0,
                        Optional.empty(),
                        Optional.empty(),
                        List.of()));
    }

    private FeedEvent log(String line) {
        number++;
        return FeedEvent.of(
                "f", number, new RunEvent.Log("r", number, Instant.EPOCH, Optional.empty(), "source", "info", line));
    }

    private FeedEvent end() {
        number++;
        RunReport report =
                new RunReport("r", "p", RunStatus.SUCCEEDED, Instant.EPOCH, Duration.ZERO, List.of(), Optional.empty());
        return FeedEvent.of("f", number, new RunEvent.RunFinished("r", number, Instant.EPOCH, report));
    }

    private void room(int messages) {
        pipe.room = messages;
        client.drain();
    }

    @Test
    void a_client_that_keeps_up_gets_everything() {
        pipe.room = 10;
        client.begin();
        client.offer(progress("a", 1));
        client.offer(progress("a", 2));
        client.offer(log("x"));
        assertThat(pipe.types()).containsExactly("snapshot", "stream_progress", "stream_progress", "log");
    }

    @Test
    void a_slow_client_gets_the_latest_progress_of_each_stream_and_all_else() {
        pipe.room = 1;
        client.begin();
        for (int i = 1; i <= 1000; i++) {
            client.offer(progress("a", i));
            client.offer(progress("b", i));
        }
        client.offer(log("x"));
        client.offer(end());
        client.end();
        assertThat(pipe.sent).hasSize(1);
        room(10);
        assertThat(pipe.types())
                .containsExactly("snapshot", "stream_progress", "stream_progress", "log", "run_finished");
        assertThat(pipe.sent.get(1).text()).contains("\"stream\":\"a\"").contains("\"rows_read\":1000");
        assertThat(pipe.ended).isTrue();
    }

    @Test
    void one_that_falls_behind_gets_a_snapshot_instead_and_then_goes_on() {
        pipe.room = 1;
        client.begin();
        for (int i = 0; i <= FeedClient.MAX_WAITING; i++) {
            client.offer(log("line " + i));
        }
        client.offer(end());
        room(1);
        assertThat(pipe.types()).containsExactly("snapshot", "snapshot");
        pipe.room = 1;
        client.offer(log("after"));
        assertThat(pipe.types()).endsWith("snapshot", "log");
        client.end();
        assertThat(pipe.ended).isTrue();
    }

    @Test
    void one_that_takes_nothing_for_two_minutes_is_cut_off() {
        client.begin();
        for (int i = 0; i < FeedClient.MAX_STUCK_HEARTBEATS; i++) {
            client.heartbeat();
        }
        assertThat(pipe.dropped).isFalse();
        client.heartbeat();
        assertThat(pipe.dropped).isTrue();
    }
}
