package io.rapidbyte.server;

import static org.assertj.core.api.Assertions.assertThat;

import io.rapidbyte.server.TestServer.Reply;
import java.net.http.HttpRequest;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(120)
class MetricsApiTest {
    @TempDir
    Path folder;

    @Test
    void metrics_show_real_runs_to_those_who_may_look() {
        try (TestServer server = TestServer.start(folder)) {
            server.store("plain", "rows: 2000, batch_rows: 100, barrier_every: 500");
            server.ended(server.run("plain"));
            Reply reply = server.get("/metrics");
            assertThat(reply.status()).isEqualTo(200);
            assertThat(reply.http().headers().firstValue("content-type"))
                    .hasValueSatisfying(type -> assertThat(type).startsWith("text/plain; version=0.0.4"));
            assertThat(reply.http().body().lines())
                    .contains(
                            "rapidbyte_runs_total{pipeline=\"plain\",status=\"succeeded\"} 1.0",
                            "rapidbyte_rows_written_total{pipeline=\"plain\"} 2000.0",
                            "rapidbyte_frames_in_flight 0.0")
                    .anyMatch(line ->
                            line.startsWith("rapidbyte_stage_seconds_total{activity=\"guest\",stage=\"source\"}"));
            assertThat(server.send(HttpRequest.newBuilder(server.uri("http", "/metrics")))
                            .status())
                    .isEqualTo(401);
        }
    }
}
